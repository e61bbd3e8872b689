#!/usr/bin/env python3
"""kill -9 while a node publishes: kill_publish.py PROGRAM

A node's repositories are created, changed, and gated, each change such that its card is due at
once; somebody reads its log all the time, and B follows it. The node is killed at random moments
and started again, sometimes killed in its start too.

  open      after each start the log opens by itself, and its fence is its own
  prefix    every head that anybody was ever shown is a beginning of the log: all of it is read
            again, entries and tiles, and hashed
  one card  of every change that was made there is one card, in order, each naming the one before;
            of what was not made, none
  kept      every change that was acknowledged is made
  followed  B takes the whole log, and has seen no other history; the doctor finds all well

Environment: BANYAN_SEED repeats a run, BANYAN_LONG=1 makes it 1,000 rounds, BANYAN_ROUNDS any
number.
"""
import base64
import json
import os
import random
import sys
import threading
import time
import urllib.error

from log_reader import LogReader
from place import CARD_SECONDS, Place, check, check_equal, leaf_hash
from stepwise import SEED, main

ROUNDS = int(os.environ.get("BANYAN_ROUNDS", 1000 if os.environ.get("BANYAN_LONG") else 50))
LATER_SECONDS = 0.3  # at most: from a change to the kill, in which its card is written
CHANGES_SECONDS = 10  # of all of one life, at most
REPOSITORIES = 8  # at first
REPOSITORIES_MAX = 40  # so that each of many rounds takes as long as the last
LOOK_EVERY = 10  # rounds: B syncs, and the doctor comes
AWAY = (urllib.error.URLError, ConnectionError, TimeoutError)


class Repository:
    """One that is changed by one request at a time. `states`: (commit, access) of each card."""

    def __init__(self, place, name):
        self.place, self.path, self.name = place, "operator/" + name, name
        self.states = []  # that it has had
        self.tried = None  # what may be its next: (text or None, access)
        self.is_acknowledged = False
        self.tries, self.commits = 0, 0

    def create(self):
        self.tried = (None, "open")
        self.call("POST", "/api/repos/create", {"name": self.name})

    def commit(self):
        """With another licence: a card of that does not wait its minute."""
        self.tries += 1
        licence = ("mit", "isc")[self.commits % 2]
        text = f"---\nlicense: {licence}\n---\n# {self.name} {self.tries}\n"
        self.tried = (text, self.states[-1][1])
        content = base64.b64encode(text.encode()).decode()
        lines = [{"key": "header", "value": {"summary": f"{self.name} {self.tries}"}},
                 {"key": "file", "value": {"path": "README.md", "content": content,
                                           "encoding": "base64"}}]
        body = "".join(json.dumps(line) + "\n" for line in lines)
        self.send("POST", f"/api/models/{self.path}/commit/main", body.encode())

    def gate(self):
        access = {"open": "attest", "attest": "open"}[self.states[-1][1]]
        self.tried = (None, access)
        self.call("PUT", f"/api/models/{self.path}/settings",
                  {"gated": "auto" if access == "attest" else False})

    def call(self, method, path, body):
        self.send(method, path, json.dumps(body).encode())

    def send(self, method, path, body):
        self.is_acknowledged = False
        status, answer = self.place.get(path, method, self.place.node.token, body)
        check_equal(status, 200, path, answer)
        self.is_acknowledged = True
        self.settle()

    def settle(self):
        """Learns whether what was tried was made; again, when the node went in between."""
        if self.tried is None:
            return
        text, access = self.tried
        status, body = self.place.get("/api/models/" + self.path, token=self.place.node.token)
        if status != 200:
            check(not self.states and not self.is_acknowledged, self.name, "is lost:", body)
            return
        about = json.loads(body)
        state = (about["sha"], "attest" if about["gated"] else "open")
        is_made = not self.states or state != self.states[-1]
        check(is_made or not self.is_acknowledged, self.name, "lost what it had acknowledged")
        if is_made:
            check_equal(state[1], access, self.name)
            if text is not None:
                self.check_text(text)
                self.commits += 1
            self.states.append(state)
        self.tried = None

    def check_text(self, text):
        status, body = self.place.get(f"/{self.path}/resolve/main/README.md",
                                      token=self.place.node.token)
        check_equal((status, body), (200, text.encode()), self.name)


class Test:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.random = random.Random(SEED)
        self.places, self.repositories = [], []
        self.kills = 0
        self.problems = []  # of the other threads

    def begin(self):
        fence = self.work / "fence"
        fence.touch()
        self.a = Place(self.program, self.work, "A", "--federation-fence", fence)
        self.places.append(self.a)
        self.reader = LogReader(self.a)
        self.b = Place(self.program, self.work, "B")
        self.places.append(self.b)
        for _ in range(REPOSITORIES):
            self.add()
        self.settle()
        self.b.operator.run("peer", "add", self.a.node.url)
        self.b.operator.run("follow", self.a.json("/fed/info")["node"])

    def add(self):
        repository = Repository(self.a, f"m{len(self.repositories)}")
        self.repositories.append(repository)
        repository.create()

    # --- a life

    def in_thread(self, work):
        """Runs until the node is gone; what is wrong before that is remembered."""
        def run():
            try:
                while not self.is_over:
                    work()
            except AWAY:
                pass  # it was killed
            except Exception as error:
                self.problems.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def read(self):
        """Who asks what is new makes the node say it now."""
        self.a.get("/fed/heads")
        if size := self.reader.look():
            self.reader.entries(size)

    def change(self):
        """Each at most once in a life: the next one must not come before the card of this one."""
        if self.to_change:
            self.to_change.pop()()
        else:
            time.sleep(0.01)

    def pick_changes(self):
        changes = [self.random.choice((one.commit, one.commit, one.gate))
                   for one in self.repositories if one.states]
        if len(self.repositories) < REPOSITORIES_MAX and self.random.random() < 0.5:
            changes.append(self.add)
        self.random.shuffle(changes)
        return changes

    def live(self):
        self.to_change, self.is_over = self.pick_changes(), False
        threads = [self.in_thread(self.read), self.in_thread(self.change)]
        left = self.random.randrange(len(self.to_change) + 1)  # when the kill comes
        deadline = time.monotonic() + CHANGES_SECONDS
        while len(self.to_change) > left and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(self.random.uniform(0, LATER_SECONDS))
        self.a.node.kill()
        self.kills += 1
        self.is_over = True
        for thread in threads:
            thread.join()
        while self.random.random() < 0.2:
            self.a.node.launch()
            time.sleep(self.random.uniform(0, 0.1))
            self.a.node.kill()
            self.kills += 1
        self.a.node.start()

    # --- afterwards

    def cards(self, entries):
        """{key: [(commit, access), ...]}, after a look at how they hang together."""
        chains, last = {}, {}
        for entry in entries:
            card = json.loads(entry)
            if card["t"] != "card":
                continue
            leaf = "sha256:" + leaf_hash(entry)
            key = card.get("repo", leaf)
            chain = chains.setdefault(key, [])
            chain.append((card["head"].removeprefix("git-sha1:"), card["access"]))
            check_equal((card["n"], card.get("prev")), (len(chain), last.get(key)), "the card")
            last[key] = leaf
        return chains

    def settle(self):
        """Until the log has what was made; nothing else may be in it."""
        for repository in self.repositories:
            repository.settle()
        self.repositories = [one for one in self.repositories if one.states]
        wanted = sorted(one.states for one in self.repositories)
        deadline = time.monotonic() + CARD_SECONDS
        while True:
            self.a.get("/fed/heads")
            size = self.reader.look()
            chains = self.cards(self.reader.entries(size))
            if sum(map(len, chains.values())) >= sum(map(len, wanted)):
                break
            check(time.monotonic() < deadline, "cards are missing:",
                  [chain for chain in wanted if chain not in chains.values()])
            time.sleep(0.02)
        entries = self.reader.read()
        made = sorted(self.cards(entries).values())
        check_equal([chain for chain in made if chain not in wanted],
                    [chain for chain in wanted if chain not in made], "the cards")
        check_equal(len(made), len(wanted), "repositories in the log")
        check_equal((self.work / "fence").read_text(),
                    (self.a.node.data / "log/0/checkpoint").read_text(), "the fence")
        return len(entries)

    def look_around(self, size):
        origin = self.b.sync()["origins"][0]
        check_equal((origin["size"], origin["stopped"]), (size, ""), "B's log of A")
        doctor = self.a.operator.json("admin", "doctor")
        check(doctor["healthy"], doctor)
        found = {finding["what"]: finding["verdict"] for finding in doctor["findings"]}
        check_equal(found.get("log"), "good", doctor)

    def run(self):
        print(f"BANYAN_ROUNDS={ROUNDS}")
        sys.stdout.reconfigure(line_buffering=True)
        self.begin()
        begun = time.monotonic()
        size = 0
        for number in range(1, ROUNDS + 1):
            self.live()
            size = self.settle()
            check(not self.problems, *self.problems)
            check("event=log_stopped" not in self.a.node.log.read_text(), "the log was stopped")
            if number % LOOK_EVERY == 0 or number == ROUNDS:
                self.look_around(size)
                print(f"{time.monotonic() - begun:6.1f} s  {number} rounds, {self.kills} kills, "
                      f"{size} entries")
        made = sum(len(one.states) for one in self.repositories)
        print(f"{ROUNDS} rounds, {self.kills} kills: {made} changes of {len(self.repositories)} "
              f"repositories, one card each; {len(self.reader.shown)} heads were shown, and all "
              f"are of the log of {size} entries")
        check(len(self.reader.shown) > ROUNDS // 2 and made > ROUNDS, "hardly anything was made")


sys.exit(main(Test))
