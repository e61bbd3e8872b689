"""Nodes that mirror one another, for the rows about federation."""
import json
import shutil
import time
import urllib.error

from servers import LOCAL, Node

CARD_SECONDS = 120  # until a pushed commit is in its node's log

class Origin(Node):
    """A node whose log is followed."""

    def publish(self, folder, repository):
        """Pushes, and waits until the log tells of it."""
        commit = json.loads(self.banyan("push", folder, repository, "--create", "--json"))["commit"]
        deadline = time.monotonic() + CARD_SECONDS
        while commit.encode() not in self.entries():
            if time.monotonic() > deadline:
                raise RuntimeError(f"the log of {self.url} does not tell of {commit}")
            time.sleep(0.1)

    def node_id(self):
        return json.loads(self.banyan("federation", "status", "--json"))["node_id"]

    def entries(self):
        """The last entries of the log, one after another."""
        try:
            with LOCAL.open(self.url + "/fed/info") as answer:
                info = json.loads(answer.read())
            base, size = f"{self.url}/fed/{info['node']}/0/tile/entries/", info["size"]
            full, rest = divmod(size, 256)
            with LOCAL.open(base + f"{full:03}" + (f".p/{rest}" if rest else "")) as answer:
                return answer.read()
        except urllib.error.HTTPError:
            return b""  # there is none yet


class Mirror(Origin):
    """Follows an origin through peers, by default the origin itself."""

    def follow(self, origin, *peers):
        for peer in peers or (origin.url,):
            self.banyan("peer", "add", peer)
        self.banyan("follow", origin.node_id())
        return self

    def sync(self):
        """Seconds until all that is followed is here."""
        started = time.monotonic()
        status = json.loads(self.banyan("sync", "--json"))
        elapsed = time.monotonic() - started
        for line in status["origins"]:
            if line["unfinished"] or line["stopped"]:
                raise RuntimeError(f"sync: {line}")
        return elapsed


def first_mirror(build, directory, origin, *flags):
    """Seconds of a new node until it has all; its directory is removed."""
    with Mirror(build, directory, *flags) as node:
        node.follow(origin)
        seconds = node.sync()
    shutil.rmtree(directory)
    return seconds
