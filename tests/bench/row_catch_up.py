"""A node that knows nothing reads a log of 100,000 cards from one peer."""
import gzip
import os
import re
import shutil
import subprocess
import time
import urllib.error

from federation_nodes import Mirror, Origin
from measure import Row, say
from servers import LOCAL

CARDS = 100_000
RUNS = 3
SECONDS = 120
# No repository of a made log has content: nobody wants any.
POLICY = '[[select]]\nlicence = "LicenseRef-None"\n'


def size_of(node, of):
    """Entries of the log of node `of` that `node` shows, 0 while it shows none."""
    try:
        with LOCAL.open(f"{node.url}/fed/{of}/0/checkpoint") as answer:
            return int(answer.read().split(b"\n")[1])
    except urllib.error.HTTPError:
        return 0


def wait_for(what, seconds=SECONDS):
    """Seconds until `what` is true."""
    started = time.monotonic()
    while not what():
        if time.monotonic() - started > seconds:
            raise RuntimeError("it does not come about")
        time.sleep(0.02)
    return time.monotonic() - started


def answered(origin):
    """Body bytes that a node's access log tells of: {kind: bytes}."""
    kinds = {"entries": 0, "tiles": 0, "objects": 0}
    with open(origin.directory + "/log") as log:
        for line in log:
            found = re.search(r'method=(\w+) path="(\S+)" .* bytes=(\d+)', line)
            if not found:
                continue
            path, count = found[2], int(found[3])
            if "/tile/entries/" in path:
                kinds["entries"] += count
            elif "/tile/" in path:
                kinds["tiles"] += count
            elif path == "/fed/o":
                kinds["objects"] += count
    return kinds


def gzip_size(directory):
    """What gzip makes of all entries, one after another; and their size."""
    total = b""
    for where, folders, names in os.walk(directory + "/data/log/0/tile/entries"):
        folders.sort()
        for name in sorted(names):
            with open(os.path.join(where, name), "rb") as f:
                total += f.read()
    return len(gzip.compress(total, 6)), len(total)


def log_size(node):
    """Entries that the node has published; 0 while its log is not open."""
    try:
        return node.call("GET", "/fed/info")["size"]
    except urllib.error.HTTPError:
        return 0


def once(options, place, origin, size):
    with Mirror(options.build, place + "/mirror"):
        pass  # makes the data directory
    with open(place + "/mirror/data/policy.toml", "w") as f:
        f.write(POLICY)
    with Mirror(options.build, place + "/mirror") as node:
        id_ = origin.node_id()
        before, sent = answered(origin), origin.traffic()[1]
        started = time.monotonic()
        node.follow(origin)
        wait_for(lambda: size_of(node, id_) >= size)
        log_seconds = time.monotonic() - started
        moved = {kind: count - before[kind] for kind, count in answered(origin).items()}
        say(f"catch-up: log {log_seconds:.2f} s, {moved}, {origin.traffic()[1] - sent}")
        node.sync()
        all_seconds = time.monotonic() - started
        moved = {kind: count - before[kind] for kind, count in answered(origin).items()}
        say(f"catch-up: all {all_seconds:.2f} s, {moved}")
    shutil.rmtree(place + "/mirror")
    return log_seconds, all_seconds, moved


def measure(options, place):
    with Origin(options.build, place + "/origin") as origin:
        wait_for(lambda: log_size(origin) > 0)
    subprocess.run([options.build + "/tests/bench/bench_log", place + "/origin/data/catalog.db",
                    str(CARDS)], check=True)
    with Origin(options.build, place + "/origin") as origin:
        wait_for(lambda: log_size(origin) >= CARDS)
        size = log_size(origin)
        runs = [once(options, place, origin, size) for _ in range(RUNS)]
    yield Row(f"{CARDS}", str(runs), "", "", "", True)
