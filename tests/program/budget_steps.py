"""Steps of federation.py: what B may fetch in a day."""
import hashlib
import time

from banyan_program import sha256
from place import CARD_SECONDS, check, check_equal

MIB = 1 << 20
FILE_BYTES = 48 * MIB
SPENT_BYTES = 16 * MIB  # left to B when it begins the file
RATE_BYTES = 4 * MIB  # a second
OVERSPENT_BYTES = 12 * MIB  # at most: it is looked at once a second, and some is under way
LOST_BYTES = 8 * MIB  # at most, when it breaks off


class BudgetSteps:
    def await_budget(self, has_budget):
        deadline = time.monotonic() + CARD_SECONDS
        while (self.b.operator.json("federation", "status")["fetching"]["in_budget"]
               != has_budget):
            check(time.monotonic() < deadline, "B does not obey its policy")
            time.sleep(0.2)

    def keep_to_a_budget(self):
        policy = self.b.node.data / "policy.toml"
        policy.write_text('[mirror]\nper_day = "1 kB"\n')  # which more than that came today
        self.await_budget(False)
        later = self.write("later", "mit", {"later.txt": b"later\n" * 1000})
        self.await_card(self.push(later, "lab/later", "--create"))
        self.b.operator.json("sync")
        check("lab/later" not in self.b.listed(), "B spent what it has not")
        plan = self.b.operator.json("sync", "--dry-run")
        check_equal([item["repository"] for item in plan["repositories"]], ["models/lab/later"])
        check(plan["missing_bytes"] == 6000 and plan["seconds"] is not None, plan)
        policy.write_text("")
        self.await_budget(True)
        self.b.sync()
        check("lab/later" in self.b.listed(), "B fetches nothing with a budget")

    def today_bytes(self):
        return self.b.operator.json("federation", "status")["fetching"]["today_bytes"]

    def spend_a_budget(self):
        """The bytes of the day run out in the middle of a file."""
        policy = self.b.node.data / "policy.toml"
        spent = self.write("spent", "mit", {"spent.bin": self.random.randbytes(FILE_BYTES)})
        self.relay.rate_bytes = RATE_BYTES
        limit = self.today_bytes() + SPENT_BYTES
        policy.write_text(f'[mirror]\nper_day = "{limit} B"\n')
        self.b.operator.json("sync")  # which reads it
        begun = self.relay.down_bytes
        self.await_card(self.push(spent, "lab/spent", "--create"))
        self.b.operator.json("sync")
        self.await_budget(False)
        self.check_broken_off(begun)
        self.b.node.kill()
        self.b.node.start()
        self.await_budget(False)
        self.b.operator.json("sync")
        self.check_broken_off(begun)
        self.relay.rate_bytes = 0
        policy.write_text("")
        self.await_budget(True)
        self.b.sync()
        fetched = self.relay.down_bytes - begun
        check(fetched - FILE_BYTES <= LOST_BYTES, fetched - FILE_BYTES, "bytes came again")
        status, body = self.b.get("/lab/spent/resolve/main/spent.bin")
        check_equal(status, 200, "what was broken off, on B")
        check_equal(hashlib.sha256(body).hexdigest(), sha256(spent / "spent.bin"))

    def check_broken_off(self, begun):
        """Something came of the file, not much more than was allowed, and nobody sees it."""
        fetched = self.relay.down_bytes - begun
        check(SPENT_BYTES <= fetched <= SPENT_BYTES + OVERSPENT_BYTES, "B fetched", fetched)
        check("lab/spent" not in self.b.listed(), "B lists what it has not")
        plan = self.b.operator.json("sync", "--dry-run")
        check_equal([item["repository"] for item in plan["repositories"]], ["models/lab/spent"])
