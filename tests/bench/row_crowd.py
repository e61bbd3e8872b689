"""Sixteen nodes that are peers of one another fetch one new model from its origin at once."""
import concurrent.futures
import contextlib
import os
import re
import time

import row_download
from federation_nodes import Mirror, Origin
from measure import Row, say
from servers import LOCAL

NODES = 16
MIB = 256


def sent_bytes(node):
    with LOCAL.open(node.url + "/metrics") as answer:
        return float(re.search(rb"^banyan_http_sent_bytes_total (\S+)", answer.read(), re.M)[1])


def measure(options, place):
    size = MIB << 20
    folder = place + "/model"
    os.makedirs(folder)
    row_download.make_file(options, "noise", folder + "/model.bin", 23, MIB)
    with contextlib.ExitStack() as running:
        origin = running.enter_context(Origin(options.build, place + "/origin"))
        nodes = [running.enter_context(Mirror(options.build, f"{place}/node{i}"))
                 for i in range(NODES)]
        with concurrent.futures.ThreadPoolExecutor(NODES) as pool:
            urls = [origin.url] + [node.url for node in nodes]
            list(pool.map(lambda node: node.follow(
                origin, *(url for url in urls if url != node.url)), nodes))
            before = [sent_bytes(node) for node in [origin, *nodes]]
            origin.publish(folder, "operator/crowd")
            started = time.monotonic()
            list(pool.map(Mirror.sync, nodes))
            seconds = time.monotonic() - started
        after = [sent_bytes(node) for node in [origin, *nodes]]
    sent = [(b - a) / size for a, b in zip(before, after)]
    say(f"crowd: {seconds:.1f} s; copies sent by the origin {sent[0]:.2f}, by the nodes " +
        " ".join(f"{copies:.2f}" for copies in sent[1:]))
    yield Row(f"{MIB} MiB to {NODES} nodes at once: copies that the origin sends",
              f"{sent[0]:.2f} in {seconds:.0f} s", "", f"{sent[0]:.2f}", "at most 1.5",
              sent[0] <= 1.5)
