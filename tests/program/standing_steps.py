"""Steps of federation.py: what A states of a repository, what is done, and who holds it."""
import re
import time

from banyan_program import Failed, sha256
from place import CARD_SECONDS, check, check_equal


class StandingSteps:
    # --- who holds what, and a yank

    def compliance(self, place):
        return place.guest.json("federation", "compliance", "lab/model")

    def ids(self, *places):
        return {place.operator.json("federation", "status")["node_id"] for place in places}

    def check_holders(self, place, *holders):
        """All of it, since when each of them says."""
        answer = self.compliance(place)
        check_equal({h["node"] for h in answer["holders"]}, self.ids(*holders), place.name)
        for holder in answer["holders"]:
            check_equal(holder["held_bytes"], holder["bytes"], place.name, holder)
            check(re.match(r"20\d\d-\d\d-\d\dT", holder["since"]), place.name, holder)
        check(answer["heard"], place.name, "asked nobody", answer)
        return answer

    def show_holders(self):
        check_equal(self.check_holders(self.a, self.a)["silent"], [], "A has no peers")
        check_equal(self.check_holders(self.b, self.a, self.b)["receipts"], [], "nobody refuses")
        self.check_holders(self.c, self.b, self.c)  # who has no other peer
        rows = self.c.guest.run("federation", "compliance", "lab/model").splitlines()
        check_equal([row.split("\t")[1] for row in rows], ["hold", "hold"], rows)

    def check_hidden(self, place):
        info = place.json("/api/models/lab/model")
        check_equal((info["standing"]["status"], info["standing"]["reason"], info["disabled"]),
                    ("yanked", "quality", False), place.name)
        check("lab/model" not in place.listed(), place.name, "lists what was yanked")
        copy = self.work / f"yanked-{place.name}"
        place.guest.run("pull", "lab/model", "--dest", copy)
        check_equal(sha256(copy / "weights.bin"), sha256(self.model / "weights.bin"), place.name)

    def yank(self):
        stated = self.a.operator.json("takedown", "lab/model", "--status", "yanked", "--reason",
                                      "quality")
        check_equal(stated["answer"], "hide", stated)
        self.await_standing("yanked")
        self.b.sync()
        self.await_receipt(self.b, "hide")
        b_id, = self.ids(self.b)
        c_id, = self.ids(self.c)
        self.c.operator.run("follow", b_id + "/models/none/none")  # to hear what it says
        self.c.sync()
        self.await_receipt(self.c, "hide")
        for place in self.places:
            self.check_hidden(place)
        answer = self.check_holders(self.c, self.b, self.c)  # it is hidden, and held
        check_equal({r["node"]: (r["action"], r["reason"]) for r in answer["receipts"]},
                    {b_id: ("hide", "quality"), c_id: ("hide", "quality")}, "what C shows")
        self.take_back()

    # --- a takedown, and its end

    def check_withheld(self, place):
        status, body = place.get("/lab/model/resolve/main/config.json")
        check_equal(status, 451, place.name, body)
        xet = self.a.operator.json("hash", self.model / "weights.bin")[0]["file_hash"]
        for path in (f"/fed/f/{xet}/outline", f"/fed/f/{xet}/data/0"):
            check_equal(place.get(path)[0], 404, place.name, path)
        check_equal(place.json("/api/models/lab/model")["disabled"], True, place.name)
        try:
            place.guest.run("pull", "lab/model", "--dest", self.work / f"refused-{place.name}")
        except Failed as failed:
            check_equal(failed.code, 11, place.name, failed)
        else:
            raise AssertionError(f"{place.name} let its files be pulled")

    def await_receipt(self, place, action):
        """Until its own log says so."""
        wanted = f'"action":"{action}"'.encode()
        deadline = time.monotonic() + CARD_SECONDS
        while wanted not in b"".join(place.entries()[-1:]):
            check(time.monotonic() < deadline, place.name, "does not say that it does", action)
            time.sleep(0.1)

    def await_standing(self, status):
        deadline = time.monotonic() + CARD_SECONDS
        wanted = f'"status":"{status}"'.encode()
        while wanted not in b"".join(self.a.entries()[-1:]):
            check(time.monotonic() < deadline, "A's log does not say", status)
            time.sleep(0.1)

    def take_down(self):
        stated = self.a.operator.json("takedown", "lab/model", "--reason", "court")
        check_equal(stated["answer"], "stop", stated)
        self.check_withheld(self.a)
        self.await_standing("removed")
        self.b.sync()
        self.check_withheld(self.b)
        self.await_receipt(self.b, "stop")
        self.a.node.kill()
        self.c.sync()
        self.check_withheld(self.c)
        self.await_receipt(self.c, "stop")
        answer = self.compliance(self.c)
        check_equal(answer["origin"], self.a_id, answer)
        last = {receipt["node"]: receipt["action"] for receipt in answer["receipts"]}
        check_equal(last, {node: "stop" for node in self.ids(self.b, self.c)}, "what C shows")

    def reinstate(self):
        self.a.node.start()
        self.take_back()

    def take_back(self):
        self.a.operator.run("reinstate", "lab/model")
        self.await_standing("live")
        for place in (self.b, self.c):
            place.sync()
            self.check_mirror(place, "lab/model", self.commits)
            self.await_receipt(place, "keep")
