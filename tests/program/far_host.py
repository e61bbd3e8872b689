"""A node on a host of tests/support/emulated_network.py or local_network.py."""
import time

from banyan_program import Client, Failed, Node


class FarHost:
    """A node, and its operator beside it. `link`: as Network.add has it. A node that others call
    knows the address by which they reach it."""

    def __init__(self, program, work, network, name, *options, is_called=False, **link):
        self.name, self.link = name, network.add(**link)
        (work / name).mkdir()
        self.node = Node(program, work / name, "--storage-min-free", "1 MB", *options,
                         address=self.link.address, prefix=self.link.prefix)
        if is_called:
            self.node.options += ("--public-url", self.node.url)
        self.node.start()
        self.operator = Client(program, work / name / "operator", self.node.url, self.node.token,
                               prefix=self.link.prefix)
        self.operator.variables["NO_PROXY"] = "*"
        self.done_at = None

    def node_id(self):
        """Known once the node has published something."""
        while not (found := self.operator.json("federation", "status")["node_id"]):
            time.sleep(0.1)
        return found

    def follow(self, origin, *peers):
        for peer in peers:
            self.operator.run("peer", "add", peer.node.url)
        self.operator.run("follow", origin)

    def sync_until(self, commit, repository="lab/model"):
        """A node asks its peers by itself; this only makes it do so sooner."""
        while True:
            try:
                self.operator.run("sync")
                info = self.operator.json("info", repository)
                if info.get("sha") == commit:
                    self.done_at = time.monotonic()
                    return
            except Failed:
                pass  # no peer answered, or it is not there yet
            time.sleep(1)
