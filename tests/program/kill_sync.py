#!/usr/bin/env python3
"""kill -9 while a node mirrors another: kill_sync.py PROGRAM

A publishes a model that changes from round to round; B mirrors it through a relay, is killed at
random moments, and started again.

  serving   B serves again, within two seconds on a machine that is not busy
  whole     what B shows is the revision before or the new one, never a mixture, and both whole
  resumed   what passes the wire in all tries together is what is new, and for each kill at most
            what was in flight
  sound     at the end `admin doctor` and `admin scrub` find no damage

Environment: BANYAN_SEED repeats a run, BANYAN_LONG=1 makes it 1,000 rounds, BANYAN_ROUNDS any
number.
"""
import hashlib
import json
import os
import random
import statistics
import sys
import time

from banyan_program import Relay, kill, sha256
from place import CARD_SECONDS, Place, check, check_equal
from stepwise import SEED, main

ROUNDS = int(os.environ.get("BANYAN_ROUNDS", 1000 if os.environ.get("BANYAN_LONG") else 50))
RATE_BYTES = 6_000_000  # a second and direction, so that there is time for kills
FLIGHT_BYTES = 9_000_000  # a second of that, begun chunks, socket buffers
SLACK_BYTES = 300_000  # lists, tables and heads of one try
SERVING_SECONDS = 2
WEIGHTS_BYTES = 6_000_000


class Test:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.random = random.Random(SEED)
        self.places = []
        self.kills, self.worst_bytes, self.serving = 0, 0, []
        self.states = {}  # commit -> {path: digest}

    def begin(self):
        self.places += [Place(self.program, self.work, name) for name in "AB"]
        self.a, self.b = self.places
        self.a.operator.run("admin", "orgs", "create", "lab", "operator")
        self.relay = Relay(self.a.node.port)
        self.folder = self.work / "model"
        self.folder.mkdir()
        (self.folder / "weights.bin").write_bytes(self.random.randbytes(WEIGHTS_BYTES))
        self.publish(0)
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

    def sync_with_kills(self, seconds):
        """Number of kills until a sync that was left alone."""
        kills = self.random.randint(1, 3)
        for _ in range(kills):
            self.relay.rate_bytes = RATE_BYTES
            process = self.b.operator.start("sync")
            time.sleep(self.random.uniform(0, seconds))
            self.b.node.kill()
            kill(process)
            self.restart()
            self.check_whole()
        self.relay.rate_bytes = 0
        deadline = time.monotonic() + 120
        while self.head() != self.commits[-1]:
            check(time.monotonic() < deadline, "B does not get the newest revision")
            self.b.operator.run("sync")
        self.kills += kills
        return kills

    def restart(self):
        while self.random.random() < 0.2:
            self.b.node.launch()
            time.sleep(self.random.uniform(0, 0.2))
            self.b.node.kill()
        started = time.monotonic()
        self.b.node.start()
        check_equal(self.b.get("/healthz")[0], 200, "B answers")
        self.serving.append(time.monotonic() - started)

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

    def mirror(self, new):
        before = self.relay.down_bytes
        kills = self.sync_with_kills(0.3 + 1.2 * new / RATE_BYTES)
        cost = self.relay.down_bytes - before
        print(f"  {new:,} new bytes, {kills} kills, {cost - new:,} bytes more on the wire")
        self.worst_bytes = max(self.worst_bytes, (cost - new) / kills)
        check(cost <= new * 1.01 + (SLACK_BYTES + FLIGHT_BYTES) * kills + SLACK_BYTES,
              "a sync that was killed fetched too much again:", cost, "for", new)
        for name, digest in self.states[self.commits[-1]].items():
            status, body = self.b.get(f"/lab/model/resolve/main/{name}")
            check_equal((status, hashlib.sha256(body).hexdigest()), (200, digest), name)

    def check_sound(self):
        words = ("--data", self.b.node.data)
        check(self.b.operator.json("admin", "doctor", *words)["healthy"], "doctor")
        scrubbed = self.b.operator.json("admin", "scrub", *words)
        check(scrubbed["complete"] and not scrubbed["damaged"], "scrub:", scrubbed)

    def run(self):
        print(f"BANYAN_ROUNDS={ROUNDS}")
        sys.stdout.reconfigure(line_buffering=True)
        self.begin()
        new = sum(self.chunks.values())
        for number in range(1, ROUNDS + 1):
            print(f"round {number}")
            self.mirror(new)
            new = self.publish(number)
            if number % 50 == 0:
                self.check_sound()
        self.check_sound()
        middle = statistics.median(self.serving)
        print(f"{ROUNDS} rounds, {self.kills} kills; serving again after {middle:.2f} s, at most "
              f"{max(self.serving):.2f} s; at most {self.worst_bytes:,.0f} bytes more a kill")
        check(middle <= SERVING_SECONDS, "serving again took", middle)


sys.exit(main(Test))
