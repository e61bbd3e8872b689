#!/usr/bin/env python3
"""Runs a page of shell transcripts: transcripts.py PROGRAM PAGE [--write]

The page's ```console blocks hold commands, after "$ ", and what they print. Every command runs in
one place, against a node of its own; what it prints must be what the page says, with names like
<commit> and <date> for what differs each time. Every command of the program must appear. --write
puts what is printed now into the page, to be read before it is committed.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from banyan_program import START_SECONDS, Node

DIFFERS = (
    (r"hf_bnyn[A-Za-z0-9]+", "<token>"),
    (r"\b[a-z2-7]{52}\b", "<node>"),
    (r"\b[0-9a-f]{64}\b", "<hash>"),
    (r"\b[0-9a-f]{40}\b", "<commit>"),
    (r"\b[0-9a-f]{12}\b", "<short>"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>"),
    (r"\d{4}-\d\d-\d\d", "<date>"),
    (r"http://127\.0\.0\.1:\d+", "http://127.0.0.1:8440"),
    (r"\([0-9.]+ [kM]?B on the wire\)", "(<bytes> on the wire)"),
    (r"\d+ bytes are free", "<bytes> are free"),
    # With as many cards as there are by now.
    (r"files and [0-9.]+ [kM]?B", "files and <bytes>"),
    (r"\d+ signed entries", "<number> signed entries"),
)


def settle(text, work):
    text = text.replace(str(work) + "/", "")
    for pattern, name in DIFFERS:
        text = re.sub(pattern, name, text)
    return [line.rstrip() for line in text.splitlines()]


def commands_of(program):
    """The names of all commands, from what completes them."""
    script = subprocess.run([program, "completion", "bash"], capture_output=True, text=True,
                            check=True).stdout
    names = re.findall(r"^    '([a-z -]+)'\) options=", script, re.MULTILINE)
    return [name for name in names if not any(n.startswith(name + " ") for n in names)]


def await_log(node):
    """What commands say must not depend on how soon the node's log opens."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return opener.open(node.url + "/fed/info").close()
        except urllib.error.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def run(command, work, variables):
    done = subprocess.run(["bash", "-c", command], cwd=work, env=variables, text=True, timeout=120,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    return settle(done.stdout, work)


def walk(lines, work, variables):
    """The page as it is when its commands run now, and the number of commands."""
    out, in_block, count = [], False, 0
    for line in lines:
        if line.startswith("```"):
            in_block = line == "```console"
            out.append(line)
        elif not in_block:
            out.append(line)
        elif line.startswith("$ "):
            out += [line] + run(line[2:], work, variables)
            count += 1
    return out, count


def differences(page, now):
    import difflib
    return list(difflib.unified_diff(page, now, "the page", "the program", lineterm="", n=4))


def main():
    program, page = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    lines = page.read_text().splitlines()
    work = pathlib.Path(tempfile.mkdtemp())
    node = Node(program, work).start()
    (work / "bin").mkdir()
    os.symlink(program, work / "bin" / "banyan")
    variables = {"PATH": f"{work}/bin:{os.environ['PATH']}", "HOME": str(work / "home"),
                 "BANYAN_NODE": node.url, "NO_PROXY": "127.0.0.1", "LC_ALL": "C.UTF-8"}
    try:
        await_log(node)
        now, count = walk(lines, work, variables)
    finally:
        node.stop()
        shutil.rmtree(work, ignore_errors=True)
    if "--write" in sys.argv:
        page.write_text("\n".join(now) + "\n")
    elif lines != now:
        print("\n".join(differences(lines, now)))
        return 1
    shown = [line for line in now if line.startswith("$ ")]
    absent = [name for name in commands_of(program)
              if not any(re.search(rf"\bbanyan {name}\b", line) for line in shown)]
    print(f"{count} commands; not shown: {', '.join(absent) or 'none'}")
    return 1 if absent else 0


sys.exit(main())
