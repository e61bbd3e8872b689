#!/usr/bin/env python3
"""A node that nobody can reach, and a federation that nobody else can read: nat.py PROGRAM

D is behind a router: nobody has an address of it. It calls R, which takes what D publishes, and C
mirrors it from R. The relay between D and R counts and slows what passes.

  published  what D publishes is on R and C, bit for bit, without anybody asking for it by hand
  private    what is private on D is on neither, and no call of R gets it
  change     a change of 1 % costs little more than that on the way up
  away       D is killed with -9 in the middle of a large file, and goes on from there; R is away
             for a while, and D finds it again
  takedown   stated on D it is obeyed on R and C; taken back, all is as before
  refused    without accept_from R takes nothing from D, and says why
  readers    a private federation: strangers find nothing under /fed/, members all, users what they
             could before
"""
import random
import shutil
import sys
import time

from banyan_program import Failed, Relay, files_below, sha256
from place import CARD_SECONDS, Place, check, check_equal
from stepwise import SEED, go, main

MIB = 1 << 20
WEIGHTS_BYTES = 8 * MIB
DELTA_BYTES = WEIGHTS_BYTES // 100
DELTA_COST_BYTES = 700_000  # the change, its last chunks whole, lists, tables, signatures
LARGE_BYTES = 64 * MIB
KILL_AT_BYTES = 52 * MIB
LARGE_RATE_BYTES = 12 * MIB
# At most: what each of eight lines was asked for, all of which goes again when its part broke off.
# So late in a file that is not more than the rest of it.
LOST_BYTES = LARGE_BYTES - KILL_AT_BYTES
TEST_SECONDS = 500


def until(what, *words, seconds=60):
    deadline = time.monotonic() + seconds
    while not (value := what()):
        check(time.monotonic() < deadline, *words)
        time.sleep(0.1)
    return value


class Test:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.random = random.Random(SEED)
        self.places = []

    def begin(self):
        for name in "RDC":
            self.places.append(Place(self.program, self.work, name))
        self.r, self.d, self.c = self.places
        self.relay = Relay(self.r.node.port)
        self.ids = {place.name: until(lambda place=place: self.node_id(place), "no log")
                    for place in self.places}

    @staticmethod
    def node_id(place):
        return place.operator.json("federation", "status")["node_id"]

    def write(self, folder, licence, files):
        folder = self.work / folder
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
        (folder / "README.md").write_text(f"---\nlicense: {licence}\n---\n# Federated\n")
        return folder

    def push(self, *words):
        return self.d.operator.json("push", *words)["commit"]

    @staticmethod
    def policy(place, text):
        (place.node.data / "policy.toml").write_text(text)

    @staticmethod
    def peer(place, index=0):
        return place.operator.json("peer", "list")[index]

    def is_at(self, place, name, commit):
        status, body = place.get(f"/api/models/{name}")
        return status == 200 and commit.encode() in body

    def await_commit(self, place, name, commit):
        until(lambda: self.is_at(place, name, commit), place.name, "does not get", name, commit)

    def check_copy(self, place, name, folder):
        copy = self.work / f"pulled-{place.name}"
        shutil.rmtree(copy, ignore_errors=True)
        place.guest.run("pull", name, "--dest", copy)
        place.guest.run("verify", copy, name, "--strict")
        for path in files_below(folder):
            check_equal(sha256(copy / path), sha256(folder / path), place.name, path)

    # --- D is refused, and then accepted

    def refused(self):
        """R has D as a peer and nothing in its policy."""
        self.r.operator.run("peer", "add", self.ids["D"])
        self.r.operator.run("follow", self.ids["D"])
        self.d.operator.run("peer", "add", self.relay.url, "--push")
        problem = until(lambda: self.peer(self.d)["push_problem"], "D is not refused")
        check("404" in problem and "accept_from" in problem, problem)
        reverse = self.peer(self.r)
        check_equal((reverse["address"], reverse["reached"], reverse["called"]),
                    ("node:" + self.ids["D"], "calls", None))
        check("does not call" in reverse["problem"], reverse)
        self.policy(self.r, f'accept_from = "{self.ids["D"]}"\n')

    def published(self):
        words = self.write("secret", "mit", {"secret.bin": self.random.randbytes(300_000)})
        self.model = self.write("model", "mit", {
            "weights.bin": self.random.randbytes(WEIGHTS_BYTES), "config.json": b'{"a": 1}\n'})
        self.d.operator.run("admin", "orgs", "create", "lab", "operator")
        self.push(words, "operator/secret", "--create", "--private")
        self.secret = {
            "/fed/o/": self.d.revision("models/operator/secret",
                                       token=self.d.node.token)["manifest"],
            "/fed/f/": self.d.operator.json("hash", words / "secret.bin")[0]["file_hash"]}
        begun = time.monotonic()
        commit = self.push(self.model, "lab/model", "--create")
        self.await_commit(self.r, "lab/model", commit)
        self.seconds = time.monotonic() - begun
        self.check_copy(self.r, "lab/model", self.model)
        until(lambda: not self.peer(self.d)["push_problem"], "D has a problem still")
        check(self.peer(self.r)["called"], "R does not say when D called")
        check_equal(self.peer(self.d)["reached"], "dialled, pushed to")
        self.c.operator.run("peer", "add", self.r.node.url)
        self.c.operator.run("follow", self.ids["D"])
        self.c.sync()
        self.check_copy(self.c, "lab/model", self.model)

    def private(self):
        for place in (self.r, self.c):
            check_equal(place.listed(), {"lab/model"}, place.name)
            for file in place.node.data.rglob("*"):
                if file.is_file():
                    check(b"operator/secret" not in file.read_bytes(), place.name, file)
            digest = bytes.fromhex(self.secret["/fed/o/"])
            check_equal(place.get("/fed/o", "POST", body=digest), (200, b"\xff" * 4), place.name)
            check_equal(place.get(f"/fed/f/{self.secret['/fed/f/']}/outline")[0], 404, place.name)

    def change(self):
        content = bytearray((self.model / "weights.bin").read_bytes())
        at = self.random.randrange(len(content) - DELTA_BYTES)
        content[at:at + DELTA_BYTES] = self.random.randbytes(DELTA_BYTES)
        (self.model / "weights.bin").write_bytes(content)
        self.write("model", "apache-2.0", {})  # which does not wait its minute
        before = self.relay.up_bytes
        commit = self.push(self.model, "lab/model")
        self.await_commit(self.r, "lab/model", commit)
        self.cost = self.relay.up_bytes - before
        check(DELTA_BYTES <= self.cost <= DELTA_COST_BYTES, self.cost, "bytes went up")
        self.check_copy(self.r, "lab/model", self.model)

    # --- one of them is away

    def away(self):
        large = self.write("large", "mit", {"large.bin": self.random.randbytes(LARGE_BYTES)})
        before = self.relay.up_bytes
        self.relay.rate_bytes = LARGE_RATE_BYTES
        commit = self.push(large, "lab/large", "--create")
        until(lambda: self.relay.up_bytes - before >= KILL_AT_BYTES, "it does not go up")
        self.d.node.kill()
        check(not self.is_at(self.r, "lab/large", commit), "D was killed too late")
        self.relay.rate_bytes = 0
        self.d.node.start()
        self.await_commit(self.r, "lab/large", commit)
        self.again = self.relay.up_bytes - before - LARGE_BYTES
        check(self.again <= LOST_BYTES, self.again, "bytes went up again")
        self.check_copy(self.r, "lab/large", large)
        self.r.node.stop()
        until(lambda: self.peer(self.d)["push_problem"], "D does not notice that R is away")
        later = self.write("later", "mit", {"later.txt": b"later\n"})
        commit = self.push(later, "lab/later", "--create")
        self.r.node.start()
        self.await_commit(self.r, "lab/later", commit)

    # --- takedown

    def is_withheld(self, place):
        return place.get("/lab/model/resolve/main/config.json")[0] == 451

    def takedown(self):
        self.d.operator.run("takedown", "lab/model", "--reason", "court")
        until(lambda: self.is_withheld(self.r), "R serves what was taken down")
        self.c.sync()
        check(self.is_withheld(self.c), "C serves what was taken down")
        self.d.operator.run("reinstate", "lab/model")
        until(lambda: not self.is_withheld(self.r), "R does not serve what was reinstated")
        self.check_copy(self.r, "lab/model", self.model)

    # --- a private federation

    def readers(self):
        members = f'["{self.ids["C"]}", "{self.ids["D"]}"]'
        self.policy(self.r, f'accept_from = "{self.ids["D"]}"\nreaders = {members}\n')
        until(lambda: self.r.get("/fed/info")[0] == 404, "R is open to strangers")
        nothing = self.r.get("/fed/nothing/at/all")
        xet = self.d.operator.json("hash", self.model / "weights.bin")[0]["file_hash"]
        for path in ("info", "heads", f"{self.ids['D']}/epochs", f"{self.ids['D']}/0/checkpoint",
                     f"{self.ids['R']}/0/checkpoint", f"f/{xet}/outline", f"f/{xet}/data/0",
                     "wants"):
            check_equal(self.r.get("/fed/" + path), nothing, "/fed/" + path)
        check_equal(self.r.get(f"/fed/f/{xet}/outline", token=self.r.node.token)[0], 200, "a user")
        check_equal(self.r.get("/api/models/lab/model")[0], 200, "the hub's routes")
        copy = self.work / "pulled-by-user"
        self.r.operator.run("pull", "lab/model", "--dest", copy)
        check_equal(sha256(copy / "weights.bin"), sha256(self.model / "weights.bin"))
        late = self.write("late", "mit", {"late.bin": self.random.randbytes(100_000)})
        commit = self.push(late, "lab/late", "--create")
        self.await_commit(self.r, "lab/late", commit)
        self.c.sync()
        self.check_copy(self.c, "lab/late", late)
        stranger = Place(self.program, self.work, "S")
        self.places.append(stranger)
        until(lambda: stranger.get("/fed/info")[0] == 200, "S has no log")
        stranger.operator.run("peer", "add", self.r.node.url)
        stranger.operator.run("follow", self.ids["D"])
        try:
            stranger.operator.run("sync")
        except Failed as failed:
            check_equal(failed.code, 7, failed)
        else:
            raise AssertionError("a sync says nothing of its only peer's refusal")
        check_equal(stranger.listed(), set(), "what a stranger mirrors")
        problem = self.peer(stranger)["problem"]
        check("404" in problem and "readers" in problem, problem)

    def run(self):
        go(self, self.begin, self.refused, self.published, self.private, self.change, self.away,
           self.takedown, self.readers)
        print(f"published on D, served by R after {self.seconds:.1f} s; 1 % of 8 MiB: "
              f"{self.cost:,} bytes went up; after kill -9 at {KILL_AT_BYTES // MIB} of "
              f"{LARGE_BYTES // MIB} MiB {self.again:,} went again")


sys.exit(main(Test, TEST_SECONDS))
