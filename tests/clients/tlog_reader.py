#!/usr/bin/env python3
"""Go's own log packages against a node's log: tlog_reader.py PROGRAM

A node with several hundred changes of repositories, then golang.org/x/mod/sumdb proves all of its
log from the public files, and that a node which mirrors it cosigned it. Skips itself where Go, or
the module, cannot be had.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "program"))
from banyan_program import Client, Node  # noqa: E402

SKIPPED = 77
REPOSITORIES = 280  # past one tile, with what is deleted


def build(work):
    """The reader; None when there is no Go, or its module cannot be had."""
    if not shutil.which("go"):
        print("skipped: there is no Go here")
        return None
    reader = work / "reader"
    environment = dict(os.environ, GOFLAGS="-mod=readonly", GOTOOLCHAIN="local",
                       GOCACHE=str(work / "cache"), GOPATH=str(work / "go"))
    done = subprocess.run(["go", "build", "-modcacherw", "-o", reader, "."],
                          cwd=HERE / "tlog", env=environment, capture_output=True, text=True,
                          timeout=400)
    if done.returncode == 0:
        return reader
    if "golang.org/x/mod" in done.stderr and "main.go" not in done.stderr:
        print(f"skipped: the Go module cannot be had here\n{done.stderr[-300:]}")
        return None
    raise RuntimeError(done.stderr)


def create(node, name):
    ask = urllib.request.Request(node.url + "/api/repos/create", method="POST",
                                 data=json.dumps({"name": name}).encode(),
                                 headers={"Authorization": "Bearer " + node.token,
                                          "Content-Type": "application/json"})
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(ask) as answer:
        answer.read()


def prove(reader, node, wanted, *mirrors):
    """Waits until the log has so many cards, and gives what the reader says."""
    for _ in range(60):
        done = subprocess.run([reader, node.url, *(mirror.url for mirror in mirrors)],
                              capture_output=True, text=True, timeout=120,
                              env=dict(os.environ, NO_PROXY="127.0.0.1"))
        # A log opens in two seconds, and a mirror has one when its origin has been heard.
        if done.returncode != 0 and not any(f": {s} " in done.stderr for s in (503, 404)):
            raise RuntimeError(done.stderr)
        if wanted in done.stdout:
            return done.stdout.strip()
        time.sleep(1)
    raise RuntimeError(f"no '{wanted}' in: {done.stdout}{done.stderr}")


def follow(program, work, node, mirror):
    status = Client(program, work / "home", node.url, node.token).json("federation", "status")
    client = Client(program, work / "other", mirror.url, mirror.token)
    client.run("peer", "add", node.url)
    client.run("follow", status["node_id"])
    client.run("sync")


def main():
    program = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as place:
        work = pathlib.Path(place)
        reader = build(work)
        if reader is None:
            return SKIPPED
        node = Node(program, work).start()
        (work / "mirror").mkdir()
        mirror = Node(program, work / "mirror").start()
        try:
            client = Client(program, work / "home", node.url, node.token)
            for i in range(REPOSITORIES):
                create(node, f"m{i}")
            print(prove(reader, node, f"{REPOSITORIES} live and 0 withdrawn"))
            client.run("rm", "operator/m7", "--yes")
            print(prove(reader, node, f"{REPOSITORIES} live and 1 withdrawn"))
            node.stop()
            node.start()  # the same log after a restart
            print(prove(reader, node, f"{REPOSITORIES} live and 1 withdrawn"))
            follow(program, work, node, mirror)
            print(prove(reader, node, "cosigned by its mirror", mirror))
        finally:
            node.stop()
            mirror.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
