"""What the node of this column was asked for while a cell ran: what its log says of Xet, and the
bytes that it received. Columns have nodes of their own, so all of it is this column's doing.

From the runner comes CELLS_NODE_LOG, the file with the node's log. A column uses Xet exactly when
hf_xet is installed in it: `check_xet` is for both kinds.
"""
import collections
import contextlib
import importlib.util
import os
import pathlib
import re
import time
import urllib.request

HAS_XET = importlib.util.find_spec("hf_xet") is not None
KINDS = {  # paths, of all versions of hf_xet
    "token": r"/api/\w+/[^\"]+/xet-(?:read|write)-token/",
    "reconstruction": r"/xet/(?:v\d/)?reconstructions?/",
    "fetch": r"/xet/fetch/",
    "xorb": r"/xet/(?:v\d/)?xorbs?/",
    "shard": r"/xet/(?:v\d/)?shards?\b",
    "chunk": r"/xet/(?:v\d/)?chunks?/"}
QUIET_SECONDS, SETTLE_SECONDS = 0.2, 5  # a line is written once its answer is sent
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def requests(log):
    """How many of each kind there are in a part of the log; a refused one does not count."""
    answered = re.findall(r'path="([^"]+)" status=2', log)
    return collections.Counter(kind for path in answered for kind, pattern in KINDS.items()
                               if re.match(pattern, path))


def received_bytes():
    """Of HTTP, that came to the node so far."""
    with OPENER.open(os.environ["HF_ENDPOINT"] + "/metrics") as answer:
        text = answer.read().decode()
    return int(float(re.search(r"^banyan_http_received_bytes_total (\S+)", text, re.M)[1]))


class Seen(collections.Counter):
    """Requests by kind, and bytes."""
    received_bytes = 0


def settled(log):
    """The size of the log, once it does not grow any more."""
    deadline, size = time.monotonic() + SETTLE_SECONDS, log.stat().st_size
    while time.monotonic() < deadline:
        time.sleep(QUIET_SECONDS)
        before, size = size, log.stat().st_size
        if size == before:
            break
    return size


@contextlib.contextmanager
def watched():
    """Gives what is filled in at the end of the block."""
    log, seen = pathlib.Path(os.environ["CELLS_NODE_LOG"]), Seen()
    begin, before = settled(log), received_bytes()
    yield seen
    end = settled(log)
    seen.update(requests(log.read_bytes()[begin:end].decode(errors="replace")))
    seen.received_bytes = received_bytes() - before


def check_xet(seen, *kinds):
    """All these kinds of requests where hf_xet is installed, and none of any kind where not."""
    if HAS_XET:
        assert all(seen[kind] for kind in kinds), f"{kinds} are not all of {seen}"
    else:
        assert not seen, f"{seen} without hf_xet"
