#!/usr/bin/env python3
"""A node that is put back, and one that was copied, with a peer that follows it: restore.py PROGRAM

Every process is the real program. A publishes, B follows it and is the peer that A asks.

  restored   A, made again from an older backup, takes the rest of its log from B before it says
             anything more, and goes on where it was
  waiting    while B is away it does not, says so, and serves; `federation go-on` is for the day
             when nobody has anything newer
  copied     of two copies of A, both written to, the later one finds on B what it did not say,
             opens the next epoch of its log, and keeps the proof; B follows it
"""
import json
import shutil
import sys
import time

from banyan_program import Failed, Node
from place import CARD_SECONDS, Place, check, check_equal
from stepwise import go, main

TEST_SECONDS = 300


class Test:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.places = []

    def begin(self):
        for name in "AB":
            self.places.append(Place(self.program, self.work, name))
        self.a, self.b = self.places
        self.publish("first")
        self.a_id = self.info()["node"]
        self.b.operator.run("peer", "add", self.a.node.url)
        self.b.operator.run("follow", self.a_id)
        self.a.operator.run("peer", "add", self.b.node.url)
        self.b.sync()
        self.a.operator.run("admin", "backup", self.work / "backup")
        check(not list((self.work / "backup").rglob("next.seed")), "the backup has next.seed")
        shutil.copy(self.a.node.data / "next.seed", self.work)  # as its operator keeps it

    # --- A at work

    def info(self):
        status, body = self.a.get("/fed/info")
        return json.loads(body) if status == 200 else {"epoch": -1, "size": 0}

    def await_info(self, is_there, what):
        deadline = time.monotonic() + CARD_SECONDS
        while not is_there(info := self.info()):
            check(time.monotonic() < deadline, "A's log:", what, info, self.a.node.last_lines())
            time.sleep(0.1)
        return info

    def push(self, name):
        folder = self.work / name
        folder.mkdir(exist_ok=True)
        (folder / "README.md").write_text(f"---\nlicense: mit\n---\n# {name}\n")
        self.a.operator.run("push", folder, f"operator/{name}", "--create")

    def publish(self, name):
        before = self.info()
        self.push(name)
        return self.await_info(lambda now: now["size"] > before["size"] or
                               now["epoch"] > before["epoch"], f"nothing of {name}")

    def replace(self, name, make):
        """A ends, and a node on another directory takes its port."""
        self.a.node.stop()
        node = Node(self.program, self.work / name, "--storage-min-free", "1 MB")
        (self.work / name).mkdir()
        make(self.a.node.data, node.data)
        node.port = self.a.node.port
        self.a.node = node.start()

    def problem(self):
        return self.a.operator.json("federation", "status")["log_problem"]

    def listed_on_b(self):
        return {name.split("/")[1] for name in self.b.listed()}

    def await_on_b(self, *names):
        """Until B has mirrored them; how B holds A's log then."""
        deadline = time.monotonic() + CARD_SECONDS
        while True:
            origin = self.b.sync()["origins"][0]
            if set(names) <= self.listed_on_b():
                return origin
            check(time.monotonic() < deadline, "B lists", self.listed_on_b(), "and not", names)

    # --- what is proven

    def restored(self):
        self.publish("second")
        self.publish("third")
        said = self.await_on_b("second", "third")
        self.replace("restored", lambda _, data: self.a.operator.run(
            "admin", "restore", self.work / "backup", data))
        now = self.await_info(lambda now: now["size"] >= said["size"], "no tail came")
        check_equal(now["epoch"], 0, "A's log, restored")
        check("event=own_log_taken" in self.a.node.log.read_text(), "A does not say where from")
        self.publish("fourth")
        self.await_on_b("first", "second", "third", "fourth")
        check_equal(self.a.get(f"/fed/{self.a_id}/0/fork")[0], 404, "there was no fork")

    def waiting(self):
        self.b.node.stop()
        self.replace("waiting", lambda _, data: self.a.operator.run(
            "admin", "restore", self.work / "backup", data))
        self.push("meanwhile")  # local work does not wait
        deadline = time.monotonic() + CARD_SECONDS
        while "go-on" not in self.problem():
            check(time.monotonic() < deadline, "A does not say that it waits")
            time.sleep(0.1)
        check_equal(self.info()["size"], 0, "A published something")
        self.b.node.start()
        self.await_info(lambda now: now["size"] > 0, "it waits though B is there")
        self.await_on_b("meanwhile")
        check_equal(self.problem(), "", "A's log")
        try:
            self.a.operator.run("federation", "go-on")
        except Failed as failed:
            check_equal(failed.code, 5, failed)
        else:
            raise AssertionError("A says that it waited")

    def copied(self):
        self.a.node.stop()
        shutil.copy(self.work / "next.seed", self.a.node.data)
        shutil.copytree(self.a.node.data, self.work / "copy")
        self.a.node.start()
        self.publish("one-copy")
        self.await_on_b("one-copy")
        self.b.node.stop()
        self.replace("copied", lambda _, data: shutil.move(self.work / "copy", data))
        self.publish("other-copy")  # nobody is there to see it
        check_equal(self.info()["epoch"], 0, "A's epoch")
        self.b.node.start()
        self.push("afterwards")
        self.await_info(lambda now: now["epoch"] == 1 and now["size"] >= 3, "no repair")
        held = self.await_on_b("other-copy", "afterwards")
        check_equal((held["epoch"], held["stopped"]), (1, ""), "A's log on B")
        check("one-copy" not in self.listed_on_b(), "B lists what was superseded")
        status, proof = self.a.get(f"/fed/{self.a_id}/0/fork")
        check_equal(status, 200, "the proof of the fork")
        check_equal(proof.count(f"banyan/{self.a_id}/0\n".encode()), 2, proof)
        epochs = [place.get(f"/fed/{self.a_id}/epochs")[1] for place in self.places]
        check_equal(epochs[0], epochs[1], "the epochs, as A and B show them")

    def run(self):
        go(self, self.begin, self.restored, self.waiting, self.copied)


sys.exit(main(Test, TEST_SECONDS))
