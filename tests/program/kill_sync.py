#!/usr/bin/env python3
"""kill -9 while a node mirrors another: kill_sync.py PROGRAM

A publishes a model that changes from round to round; B mirrors it through a relay, is killed at
random moments, and started again.

  serving   B serves again within two seconds, each time, unless the machine has too much to do
  whole     what B shows is the revision before or the new one, never a mixture, and both whole
  resumed   what passes the wire in all lives together is what is new, and for each kill at most
            what was in flight. Every tenth revision has so much that is new, and B is killed so
            late in it, that this is a small part of what was there
  sound     at the end `admin doctor` and `admin scrub` find no damage

Environment: BANYAN_SEED repeats a run, BANYAN_LONG=1 makes it 1,000 rounds, BANYAN_ROUNDS any
number.
"""
import hashlib
import json
import os
import random
import sys
import time

from banyan_program import Relay, kill, sha256
from place import CARD_SECONDS, Place, check, check_equal
from stepwise import SEED, main

ROUNDS = int(os.environ.get("BANYAN_ROUNDS", 1000 if os.environ.get("BANYAN_LONG") else 50))
RATE_BYTES = 2_000_000  # a second and direction, so that there is time for kills
PUT_SECONDS = 1.5  # a line makes durable once a second what has come, which takes a while
LINES, CHUNK_BYTES, BLOCK_BYTES = 16, 131_072, 65_536
# What a kill may cost: what had come and was not durable, begun chunks, what the relay had passed
# on, and the heads and lists of one try.
FLIGHT_BYTES = int(RATE_BYTES * PUT_SECONDS) + LINES * CHUNK_BYTES + BLOCK_BYTES
SLACK_BYTES = 300_000
LARGE_EVERY = 10  # rounds
LARGE_BYTES = 20_000_000
LATE = (0.6, 0.95)  # of what is new has come when a kill is late
SYNC_SECONDS = 120  # at most
SERVING_SECONDS = 2
BUSY_LOAD = 3  # programs that want to run, for each processor
WEIGHTS_BYTES = 6_000_000


class Test:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.random = random.Random(SEED)
        self.places = []
        self.kills, self.worst_bytes, self.serving, self.busy = 0, 0, [], 0
        self.new_bytes, self.late = 0, []  # in all; of late kills (bytes there, bytes again)
        self.states = {}  # commit -> {path: digest}

    def begin(self):
        self.places += [Place(self.program, self.work, name) for name in "AB"]
        self.a, self.b = self.places
        self.a.operator.run("admin", "orgs", "create", "lab", "operator")
        self.relay = Relay(self.a.node.port)
        self.folder = self.work / "model"
        self.folder.mkdir()
        (self.folder / "weights.bin").write_bytes(self.random.randbytes(WEIGHTS_BYTES))
        self.publish(0)  # a large one
        self.b.operator.run("peer", "add", self.relay.url)
        self.b.operator.run("follow", self.a.operator.json("federation", "status")["node_id"])

    # --- A

    def change(self, number):
        """Its licence, too: a card with another one does not wait its minute."""
        random = self.random
        licence = ("mit", "isc")[number % 2]
        (self.folder / "README.md").write_text(f"---\nlicense: {licence}\n---\n# {number}\n")
        weights = bytearray((self.folder / "weights.bin").read_bytes())
        at, size = random.randrange(len(weights)), random.randrange(1, 3_000_000)
        weights[at:at + size] = random.randbytes(len(weights[at:at + size]))
        (self.folder / "weights.bin").write_bytes(weights)
        part = self.folder / f"part-{random.randrange(4)}.bin"
        part.write_bytes(random.randbytes(random.randrange(2_000_000)))
        if number % LARGE_EVERY == 0:
            (self.folder / "large.bin").write_bytes(random.randbytes(LARGE_BYTES))
        for _ in range(20):
            (self.folder / f"{random.randrange(60)}.txt").write_text(f"{random.random()}\n")

    def publish(self, number):
        """The bytes of chunks that no revision before had."""
        self.change(number)
        words = ("push", self.folder, "lab/model", "--create")
        commit = self.a.operator.json(*words)["commit"]
        self.states[commit] = {path.name: sha256(path) for path in self.folder.iterdir()}
        deadline = time.monotonic() + CARD_SECONDS
        while commit.encode() not in b"".join(self.a.entries()):
            check(time.monotonic() < deadline, "A's log does not tell of", commit)
            time.sleep(0.05)
        self.commits = [*getattr(self, "commits", []), commit]
        seen = getattr(self, "chunks", {})
        now = self.list_chunks()
        self.chunks = seen | now
        return sum(size for chunk, size in now.items() if chunk not in seen)

    def list_chunks(self):
        files = self.a.operator.json("hash", "--chunks", *sorted(self.folder.iterdir()))
        return {chunk["id"]: chunk["size"] for file in files for chunk in file["chunks"]}

    # --- B

    def kill_once(self, is_time):
        """B, while it syncs, and in a try or two to start again. The number of kills."""
        self.relay.rate_bytes = RATE_BYTES
        process = self.b.operator.start("sync")
        deadline = time.monotonic() + SYNC_SECONDS
        while not is_time():
            check(time.monotonic() < deadline, "B fetches nothing")
            time.sleep(0.005)
        self.b.node.kill()
        kill(process)
        kills = 1 + self.restart()
        self.check_whole()
        return kills

    def kill_early(self, seconds):
        at = time.monotonic() + self.random.uniform(0, seconds)
        return self.kill_once(lambda: time.monotonic() >= at)

    def kill_late(self, new, before):
        at = before + self.random.uniform(*LATE) * new
        return self.kill_once(lambda: self.relay.down_bytes >= at)

    def await_newest(self):
        self.relay.rate_bytes = 0
        deadline = time.monotonic() + SYNC_SECONDS
        while self.head() != self.commits[-1]:
            check(time.monotonic() < deadline, "B does not get the newest revision")
            self.b.operator.run("sync")

    def restart(self):
        """The number of kills on the way."""
        kills = 0
        while self.random.random() < 0.2:
            self.b.node.launch()
            time.sleep(self.random.uniform(0, 0.2))
            self.b.node.kill()
            kills += 1
        started = time.monotonic()
        self.b.node.start()
        check_equal(self.b.get("/healthz")[0], 200, "B answers")
        if os.getloadavg()[0] > BUSY_LOAD * os.cpu_count():
            self.busy += 1  # this says nothing of the program
        else:
            self.serving.append(time.monotonic() - started)
        return kills

    def head(self):
        status, body = self.b.get("/api/models/lab/model/revision/main")
        return json.loads(body)["sha"] if status == 200 else None

    def check_whole(self):
        """A random file of what B shows."""
        head = self.head()
        check(head in (None, *self.commits[-2:]), "B shows", head, "of", self.commits[-2:])
        if head is None:
            return
        name, digest = self.random.choice(sorted(self.states[head].items()))
        status, body = self.b.get(f"/lab/model/resolve/{head}/{name}")
        check_equal((status, hashlib.sha256(body).hexdigest()), (200, digest), name, "of", head)

    def mirror(self, new, is_late):
        before = self.relay.down_bytes
        if is_late:
            kills = self.kill_late(new, before)
        else:
            kills = sum(self.kill_early(0.3 + 1.2 * new / RATE_BYTES)
                        for _ in range(self.random.randint(1, 3)))
        there = self.relay.down_bytes - before
        self.await_newest()
        cost = self.relay.down_bytes - before
        print(f"  {new:,} new bytes, {kills} kills, {cost - new:,} bytes more on the wire")
        self.kills += kills
        self.new_bytes += new
        self.worst_bytes = max(self.worst_bytes, (cost - new) / kills)
        bound = (SLACK_BYTES + FLIGHT_BYTES) * kills + SLACK_BYTES
        self.judge(cost, new, bound)
        if is_late:
            self.late.append((there, cost - new))
            check(kills > 1 or there > 2 * bound, "the kill came too early to tell:", there)
        for name, digest in self.states[self.commits[-1]].items():
            status, body = self.b.get(f"/lab/model/resolve/main/{name}")
            check_equal((status, hashlib.sha256(body).hexdigest()), (200, digest), name)

    def judge(self, cost, new, bound):
        check(cost <= new * 1.01 + bound, "a sync that was killed fetched too much again:", cost,
              "for", new)

    def check_sound(self):
        words = ("--data", self.b.node.data)
        check(self.b.operator.json("admin", "doctor", *words)["healthy"], "doctor")
        scrubbed = self.b.operator.json("admin", "scrub", *words)
        check(scrubbed["complete"] and not scrubbed["damaged"], "scrub:", scrubbed)

    def rounds(self):
        self.begin()
        new = sum(self.chunks.values())
        for number in range(1, ROUNDS + 1):
            print(f"round {number}")
            self.mirror(new, is_late=(number - 1) % LARGE_EVERY == 0)
            new = self.publish(number)
            if number % 50 == 0:
                self.check_sound()
        self.check_sound()

    def run(self):
        print(f"BANYAN_ROUNDS={ROUNDS}")
        sys.stdout.reconfigure(line_buffering=True)
        self.rounds()
        print(self.summary())
        check(not self.serving or max(self.serving) <= SERVING_SECONDS,
              "serving again took", max(self.serving, default=0))

    def summary(self):
        serving = f"at most {max(self.serving):.2f} s" if self.serving else "not known"
        return (f"{ROUNDS} rounds, {self.kills} kills; serving again after {serving}, {self.busy} "
                f"times the machine was too busy to tell; at most {self.worst_bytes:,.0f} bytes "
                "more a kill; of late kills, bytes that had come and bytes that came again: " +
                ", ".join(f"{there:,} and {again:,}" for there, again in self.late))


if __name__ == "__main__":
    sys.exit(main(Test))
