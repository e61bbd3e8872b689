#!/usr/bin/env python3
"""What formats of version 1 left on disks is read by every later program: golden.py PROGRAM

tests/golden/v1 has a node's whole data directory, a bundle that it made, and what they must say.
They were made once, by `golden.py PROGRAM write`, and are never made anew: a change of a format
adds a directory of its own, and this test reads both.

  opened    the node serves every file of every revision as it was, and its log; nothing is damaged
  goes_on   it takes new commits, and its log grows from what it was
  carried   a new node takes the bundle in, and has the same repositories
"""
import hashlib
import json
import lzma
import pathlib
import random
import shutil
import sqlite3
import sys
import tarfile
import time

from place import CARD_SECONDS, Place, check, check_equal, check_log, leaf_hash, without_states
from stepwise import go, main

GOLDEN = pathlib.Path(__file__).parent.parent / "golden/v1"
PUBLIC = ("models/golden/weights", "datasets/golden/many")
PRIVATE = "models/golden/secret"
CARD_PAUSE_SECONDS = 65  # of one repository
TEST_SECONDS = 300


def said_of(place, repository):
    """Of each commit, the digests of all files as a reader gets them."""
    of = {"token": place.node.token}
    prefix = repository.removeprefix("models/")
    commits = {}
    for commit in place.json(f"/api/{repository}/commits/main", **of):
        tree = place.json(f"/api/{repository}/tree/{commit['id']}?recursive=true&limit=10000", **of)
        commits[commit["id"]] = {
            item["path"]: hashlib.sha256(place.get(
                f"/{prefix}/resolve/{commit['id']}/{item['path']}", **of)[1]).hexdigest()
            for item in tree if item["type"] == "file"}
    refs = place.json(f"/api/{repository}/refs", **of)
    return {"commits": commits, "refs": {ref["ref"]: ref["targetCommit"]
                                         for kind in ("branches", "tags") for ref in refs[kind]}}


class Test:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.places = []

    def add(self, name):
        self.places.append(Place(self.program, self.work, name))
        return self.places[-1]

    def log(self):
        return [leaf_hash(entry) for entry in self.old.entries()]

    def await_entries(self, place, count):
        deadline = time.monotonic() + CARD_SECONDS
        while len(without_states(place.entries())) < count:
            check(time.monotonic() < deadline, "the log has", len(place.entries()), "entries")
            time.sleep(0.1)

    # --- reading

    def opened(self):
        self.wanted = json.loads((GOLDEN / "said.json").read_text())
        with tarfile.open(GOLDEN / "node.tar.xz") as archive:
            archive.extractall(self.work / "old")
        self.old = self.add("old")
        for repository, wanted in self.wanted["repositories"].items():
            check_equal(said_of(self.old, repository), wanted, repository)
        self.await_entries(self.old, 1)  # it asks its peers before it opens the log
        check_log(self.old.entries(), self.wanted["log"])
        scrubbed = self.old.operator.json("admin", "scrub")
        check_equal(scrubbed["damaged"], [], "damage")

    def goes_on(self):
        folder = self.work / "more"
        folder.mkdir()
        (folder / "README.md").write_text("---\nlicense: mit\n---\n# more\n")
        before = len(without_states(self.old.entries()))
        self.old.operator.run("push", folder, "operator/more", "--create")
        self.await_entries(self.old, before + 1)
        size = len(self.wanted["log"])
        check_equal(self.log()[:size], self.wanted["log"], "the log before")

    def carried(self):
        new = self.add("new")
        archive = self.work / "golden.banyan"
        archive.write_bytes(lzma.decompress((GOLDEN / "bundle.banyan.xz").read_bytes()))
        new.operator.run("bundle", "import", archive, "--follow")
        for repository in PUBLIC:
            wanted = self.wanted["repositories"][repository]
            check_equal(said_of(new, repository), wanted, repository, "from the bundle")

    def run(self):
        go(self, self.opened, self.goes_on, self.carried)

    # --- writing

    def push(self, place, folder, repository, *options):
        name = repository.removeprefix("models/")
        place.operator.run("push", folder, name, *options)

    def write(self):
        check(not GOLDEN.exists(), GOLDEN, "is there already")
        place = self.add("made")
        place.operator.run("admin", "orgs", "create", "golden", "operator")
        noise = random.Random(1)
        model = self.work / "model"
        (model / "nested/deep").mkdir(parents=True)
        (model / "README.md").write_text(
            "---\nlicense: apache-2.0\ntags: [golden]\n---\n# Weights\n")
        (model / "weights.bin").write_bytes(noise.randbytes(120_000) + bytes(200_000))
        (model / "numbers.bin").write_bytes(b"".join(
            noise.randbytes(1) + b"\x3c" for _ in range(30_000)))
        (model / "nested/deep/words.txt").write_text("so many words " * 1000)
        (model / "empty").touch()
        self.push(place, model, PUBLIC[0], "--create")
        place.operator.run("tag", "create", "golden/weights", "v1")
        (model / "weights.bin").write_bytes(noise.randbytes(1000) +
                                            (model / "weights.bin").read_bytes())
        self.push(place, model, PUBLIC[0], "-m", "another beginning")
        place.operator.run("branch", "create", "golden/weights", "dev")
        many = self.work / "many"
        many.mkdir()
        for i in range(300):
            (many / f"row-{i:04}.json").write_text(json.dumps({"row": i}))
        self.push(place, many, PUBLIC[1], "--create")
        self.push(place, model, PRIVATE, "--create", "--private")
        time.sleep(CARD_PAUSE_SECONDS)  # until the log says all of it
        self.keep(place)

    def keep(self, place):
        GOLDEN.mkdir(parents=True)
        said = {"repositories": {name: said_of(place, name) for name in (*PUBLIC, PRIVATE)},
                "log": [leaf_hash(entry) for entry in place.entries()]}
        (GOLDEN / "said.json").write_text(json.dumps(said, indent=1, sort_keys=True) + "\n")
        bundle = self.work / "bundle.banyan"
        place.operator.run("bundle", "export", bundle)
        (GOLDEN / "bundle.banyan.xz").write_bytes(lzma.compress(bundle.read_bytes()))
        place.node.stop()
        shutil.rmtree(place.node.data / "git", ignore_errors=True)
        with sqlite3.connect(place.node.data / "catalog.db") as catalog:
            catalog.execute("VACUUM")
        with tarfile.open(GOLDEN / "node.tar.xz", "w:xz") as archive:
            archive.add(place.node.data, "data")


class Writing(Test):
    def run(self):
        go(self, self.write)


if __name__ == "__main__":
    sys.exit(main(Writing if sys.argv[2:] == ["write"] else Test, TEST_SECONDS))
