"""A node over a large catalog: start, then lists, filters and searches over HTTP, one client.

The catalog is as a node of that size has it: two commits, refs, files and the places of their bytes
in packs, and a card in the log for each public repository, which the node itself writes before it
is measured. bench_catalog without arguments measures more kinds of requests, below HTTP.
"""
import http.client
import random
import subprocess
import time
import urllib.parse

from measure import Row, peak_mib, percentile, say
from row_catch_up import log_size
from servers import Node

REPOSITORIES, FILES = 10_000, 1_000_000
REQUESTS = 200
SETTLE_SECONDS = 90  # without a new card; each repository gets one a minute at most
SORTS = ["lastModified", "createdAt", "downloads", "likes"]


def two_syllables(generator):
    letters = lambda: generator.choice("bcdfghjklmnprstvwz") + generator.choice("aeiouy")
    return letters() + letters()


def two_han(generator):
    return chr(0x4E00 + generator.randrange(3000)) + chr(0x4E00 + generator.randrange(3000))


# Each makes a query out of a random generator.
KINDS = {
    "list": lambda g: {"sort": g.choice(SORTS)},
    "author": lambda g: {"author": f"user{g.randrange(200)}"},
    "two common tags": lambda g: {"filter": "safetensors,pytorch", "sort": g.choice(SORTS)},
    "task and licence": lambda g: {"pipeline_tag": "fill-mask", "license": "mit",
                                   "sort": g.choice(SORTS)},
    "common word": lambda g: {"search": "model", "sort": g.choice(SORTS)},
    "rare word": lambda g: {"search": two_syllables(g)},
    "two Chinese characters": lambda g: {"search": two_han(g)},
    "word and tag": lambda g: {"search": two_syllables(g), "filter": "safetensors"},
}


def latencies(node, make):
    connection, generator, took = http.client.HTTPConnection("127.0.0.1", node.port), \
        random.Random(7), []
    for _ in range(REQUESTS):
        query = urllib.parse.urlencode({"limit": 30, **make(generator)})
        started = time.monotonic()
        connection.request("GET", "/api/models?" + query)
        answer = connection.getresponse()
        answer.read()
        took.append((time.monotonic() - started) * 1e3)
        if answer.status != 200:
            raise RuntimeError(f"{query}: {answer.status}")
    return took


def settle(node, repositories):
    """Entries of the log once it says all that it has to say."""
    size, since = 0, time.monotonic()
    while time.monotonic() - since < SETTLE_SECONDS:
        now = log_size(node)
        if now != size:
            size, since = now, time.monotonic()
        time.sleep(1)
    if size < repositories // 2:
        raise RuntimeError(f"the log has only {size} entries")
    return size


def measure(options, place):
    repositories, files = (REPOSITORIES, FILES) if options.mib >= 1024 else (1000, 100_000)
    with Node(options.build, place + "/node"):
        pass  # makes the data directory
    subprocess.run([options.build + "/tests/bench/bench_catalog", str(repositories), str(files),
                    place + "/node/data"], check=True)
    with Node(options.build, place + "/node") as node:
        entries = settle(node, repositories)
    size = f"{repositories:,} repositories, {files:,} files, a log of {entries:,}"
    with Node(options.build, place + "/node") as node:
        worst = 0
        for name, make in KINDS.items():
            took = latencies(node, make)
            say(f"{name}: p50 {percentile(took, 0.5):.2f} ms, p99 {percentile(took, 0.99):.2f}")
            if percentile(took, 0.99) > worst:
                worst, what = percentile(took, 0.99), name
        memory = peak_mib(node.pid)
        yield Row(size + ": list, filter, search", f"p99 {worst:.1f} ms", "",
                  f"slowest of {len(KINDS)} kinds: {what}", "at most 25 ms, 500 MiB",
                  worst <= 25 and memory <= 500, f"{memory:.0f} MiB")
        yield Row(size + ": start", f"{node.start_seconds:.2f} s", "", "until it answers",
                  "at most 2 s", node.start_seconds <= 2)
