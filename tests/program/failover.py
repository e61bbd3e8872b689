#!/usr/bin/env python3
"""A publisher and a mirror are two sources of one repository: failover.py PROGRAM

A publishes, B mirrors A, and a stranger S has a repository of the same name. A client that pulled
from one goes on with the other, and needs no word of its user for that.

  either     pulled from A and then from B, into a folder and the cache, and the other way round
  together   --node A --node B, and the other way round: each is used, without a remark
  failover   the first one is killed in the middle: the other one brings the rest
  stranger   S is refused, after either and beside either
"""
import random
import sys
import time

from banyan_program import Client, Failed, Relay, sha256
from place import CARD_SECONDS, Place, check, check_equal
from stepwise import SEED, go, main

FILES = 8
FILE_BYTES = 1 << 20
RATE_BYTES = 2 << 20  # a second, so that there is time for the kill
TEST_SECONDS = 300


class Test:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.random = random.Random(SEED)
        self.places = []
        self.clients = 0

    def begin(self):
        for name in "ABS":
            self.places.append(Place(self.program, self.work, name))
        self.a, self.b, self.s = self.places
        self.model = self.push(self.a)
        self.push(self.s)
        self.a_id = self.a.operator.json("federation", "status")["node_id"]
        self.b.operator.run("peer", "add", self.a.node.url)
        self.b.operator.run("follow", self.a_id)
        self.b.sync()

    def push(self, place):
        folder = self.work / f"model-{place.name}"
        folder.mkdir()
        for i in range(FILES):
            (folder / f"{i}.bin").write_bytes(self.random.randbytes(FILE_BYTES))
        place.operator.run("admin", "orgs", "create", "lab", "operator")
        place.operator.run("push", folder, "lab/model", "--create")
        deadline = time.monotonic() + CARD_SECONDS
        while not place.revision("models/lab/model")["published"]:
            check(time.monotonic() < deadline, "the log of", place.name, "has no card")
            time.sleep(0.1)
        return folder

    def client(self):
        """One that never pulled anything."""
        self.clients += 1
        return Client(self.program, self.work / f"client-{self.clients}", "http://127.0.0.1:1")

    def nodes(self, *urls):
        return [word for url in urls for word in ("--node", url)]

    def pull(self, client, *urls, dest="dest"):
        """What it remarked; all is there."""
        folder = client.home / dest
        process = client.start("pull", "lab/model", "--dest", folder, *self.nodes(*urls))
        self.finish_pull(client, process, folder)
        return self.remarks

    def finish_pull(self, client, process, folder):
        output, self.remarks = process.communicate(timeout=TEST_SECONDS)
        check_equal(process.returncode, 0, output, self.remarks)
        for i in range(FILES):
            check_equal(sha256(folder / f"{i}.bin"), sha256(self.model / f"{i}.bin"), i)

    def orders(self):
        return ((self.a, self.b), (self.b, self.a))

    def either(self):
        ids = {p.name: p.revision("models/lab/model") for p in (self.a, self.b)}
        check(ids["A"]["repository"] != ids["B"]["repository"], "each has an id of its own")
        check_equal(ids["A"]["published"], ids["B"]["published"], "they publish the same")
        check(ids["A"]["published"].startswith(self.a_id + "/sha256:"), ids["A"]["published"])
        for one, other in self.orders():
            client = self.client()
            self.pull(client, one.node.url)
            self.pull(client, other.node.url)  # into the same folder
            client.run("pull", "lab/model", *self.nodes(one.node.url))
            client.run("pull", "lab/model", *self.nodes(other.node.url))

    def together(self):
        for one, other in self.orders():
            check_equal(self.pull(self.client(), one.node.url, other.node.url), "", one.name)

    def failover(self):
        for one, other in self.orders():
            relay = Relay(one.node.port)
            relay.rate_bytes = RATE_BYTES
            client = self.client()
            folder = client.home / "dest"
            process = client.start("pull", "lab/model", "--dest", folder,
                                   *self.nodes(relay.url, other.node.url))
            deadline = time.monotonic() + CARD_SECONDS
            while relay.down_bytes < FILES * FILE_BYTES // 4:
                check(process.poll() is None and time.monotonic() < deadline, "it does not pull")
                time.sleep(0.005)
            one.node.kill()
            self.finish_pull(client, process, folder)
            check(relay.down_bytes < FILES * FILE_BYTES, one.name, "was killed too late")
            one.node.start()

    def stranger(self):
        for place in (self.a, self.b):
            client = self.client()
            self.pull(client, place.node.url)
            try:
                self.pull_from_stranger(client)
            except Failed as failed:
                check_equal(failed.code, 5, failed)
                check("is not the repository that was pulled" in failed.error, failed)
                check(self.a_id[:8] in failed.error, failed)
            else:
                raise AssertionError(f"S was taken for {place.name}")
            remarks = self.pull(self.client(), place.node.url, self.s.node.url)
            check(f"{self.s.node.url} is not used: " in remarks, remarks)

    def pull_from_stranger(self, client):
        client.run("pull", "lab/model", "--dest", client.home / "other",
                   *self.nodes(self.s.node.url))

    def run(self):
        go(self, self.begin, self.either, self.together, self.failover, self.stranger)


if __name__ == "__main__":
    sys.exit(main(Test, TEST_SECONDS))
