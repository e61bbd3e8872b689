"""Rounds of two nodes in which nothing is new: bytes of HTTP, and processor time.

Bytes are those of two real nodes, of which one follows the other: with a log of few and of many
repositories, and where both know the logs of 1,000 others, too. Processor time is that of what a
round decides and reads (bench_round), without HTTP, and of a real node that is asked, with it.
"""
import http.client
import os
import subprocess

from federation_nodes import Mirror, Origin
from measure import Row, say
from row_catch_up import POLICY, log_size, wait_for

SMALL, LARGE = 10, 10_000  # repositories
ORIGINS = 1000
ROUNDS = 20
ASKS = 3000


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def round_bytes(origin, node):
    """Bytes both ways of a round, which the origin counts."""
    def total():
        return sum(origin.traffic())

    total()
    own = -total() + total()  # of asking for the figures
    before = total()
    for _ in range(ROUNDS):
        node.banyan("sync")
    return (total() - before - own) / ROUNDS


def asked_microseconds(node):
    """Of the node, for each request that asks what is new since the last one."""
    connection = http.client.HTTPConnection("127.0.0.1", node.port)

    def ask(path):
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()

    place = ask("/fed/heads")[1].split(b"\n")[0].decode().split(" ")
    before = processor_seconds(node.pid)
    for _ in range(ASKS):
        if ask(f"/fed/heads?since={place[1]},{place[2]}")[0] != 204:
            raise RuntimeError("something is new")
    return (processor_seconds(node.pid) - before) / ASKS * 1e6


def bench_log(options, directory, *numbers):
    subprocess.run([options.build + "/tests/bench/bench_log", directory + "/data/catalog.db",
                    *map(str, numbers)], check=True)


def real(options, place, repositories, origins=1):
    """(bytes of a round, microseconds of who is asked). One origin is the node that is asked; the
    logs of all others both nodes have, and follow."""
    own = repositories // origins
    with Origin(options.build, place + "/origin") as origin:
        wait_for(lambda: log_size(origin) > 0)
    bench_log(options, place + "/origin", own)
    with Mirror(options.build, place + "/mirror"):
        pass  # makes the data directory
    with open(place + "/mirror/data/policy.toml", "w") as f:
        f.write(POLICY)
    if origins > 1:
        for directory in (place + "/origin", place + "/mirror"):
            bench_log(options, directory, own, own, origins - 1)
    with Origin(options.build, place + "/origin") as origin, \
            Mirror(options.build, place + "/mirror") as node:
        wait_for(lambda: log_size(origin) > own)
        node.follow(origin)
        node.banyan("sync")
        node.banyan("sync")  # the first one brings more along
        return round_bytes(origin, node), asked_microseconds(origin)


def decided(options, origins, repositories):
    """Microseconds of a whole round, of a second without one, and of an answer."""
    done = subprocess.run([options.build + "/tests/bench/bench_round", str(origins),
                           str(repositories // origins)],
                          check=True, capture_output=True, text=True)
    say(f"{origins} origins, {repositories} repositories: {done.stdout.strip()} µs")
    return [float(number) for number in done.stdout.split()]


def measure(options, place):
    few_bytes, few_asked = real(options, f"{place}/few", SMALL)
    few = decided(options, 1, SMALL)
    many = decided(options, ORIGINS, LARGE)
    for name, origins in (("one origin", 1), (f"{ORIGINS:,} origins", ORIGINS)):
        bytes_, asked = real(options, f"{place}/{origins}", LARGE, origins)
        yield Row(f"a round without news, {LARGE:,} repositories of {name}: HTTP both ways",
                  f"{bytes_:.0f} B", "", f"with {SMALL} repositories {few_bytes:.0f} B",
                  "at most 1 kB, and 10 % more", bytes_ <= 1024 and bytes_ <= 1.1 * few_bytes)
        yield Row("the same: the node that is asked, HTTP and all", f"{asked:.0f} µs", "",
                  f"with {SMALL} repositories {few_asked:.0f} µs",
                  "at most 200 µs, and 10 % more", asked <= 200 and asked <= 1.1 * few_asked)
    yield Row(f"the same, {ORIGINS:,} origins: what it decides", f"{many[0]:.0f} µs", "",
              f"with one origin and {SMALL} repositories {few[0]:.0f} µs; a second without a "
              f"round {many[1]:.0f} µs", "at most 200 µs, and 10 % more",
              many[0] <= 200 and many[0] <= 1.1 * few[0])
