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
    """(seconds until the log is here, and until the names in it are too, bytes of HTTP for the
    log, bytes of tiles among them, bytes for the names)"""
    with Mirror(options.build, place + "/mirror"):
        pass  # makes the data directory
    with open(place + "/mirror/data/policy.toml", "w") as f:
        f.write(POLICY)
    with Mirror(options.build, place + "/mirror") as node:
        id_ = origin.node_id()
        before, sent = answered(origin), origin.traffic()[1]

        def moved(kind):
            return answered(origin)[kind] - before[kind]

        started = time.monotonic()
        node.follow(origin)
        wait_for(lambda: size_of(node, id_) >= size)
        log_seconds = time.monotonic() - started
        log_bytes = origin.traffic()[1] - sent - moved("objects")
        node.sync()
        all_seconds = time.monotonic() - started
        say(f"catch-up: log {log_seconds:.2f} s, with names {all_seconds:.2f} s")
    shutil.rmtree(place + "/mirror")
    return log_seconds, all_seconds, log_bytes, moved("tiles"), moved("objects")


def measure(options, place):
    with Origin(options.build, place + "/origin") as origin:
        wait_for(lambda: log_size(origin) > 0)
    subprocess.run([options.build + "/tests/bench/bench_log", place + "/origin/data/catalog.db",
                    str(CARDS)], check=True)
    with Origin(options.build, place + "/origin") as origin:
        wait_for(lambda: log_size(origin) >= CARDS)
        runs = [once(options, place, origin, log_size(origin)) for _ in range(RUNS)]
        packed, plain = gzip_size(place + "/origin")
    log_seconds, all_seconds, log_bytes, tiles, names = sorted(runs)[RUNS // 2]
    what = f"a log of {CARDS:,} cards, {plain / 1e6:.0f} MB"
    yield Row(f"{what}: until it is here", f"{log_seconds:.2f} s", "",
              f"{log_seconds:.2f} s; with all names {all_seconds:.1f} s", "at most 3 s",
              log_seconds <= 3)
    yield Row("the same: HTTP for the log, and gzip of its entries", f"{log_bytes / 1e6:.1f} MB",
              f"{packed / 1e6:.1f} MB", f"{log_bytes / packed:.2f} ×; of it tiles "
              f"{tiles / 1e3:.0f} kB; names {names / 1e6:.1f} MB more", "at most 1.1 ×",
              log_bytes <= 1.1 * packed)
