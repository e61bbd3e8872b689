#!/usr/bin/env python3
"""What a node of version 1 left on its disk that mirrors another, answers for it and is read by
many kinds of clients is read by every later program: golden_mirror.py PROGRAM

tests/golden/v1-mirror has the data directory of such a node, and what it must say. Made once, by
`golden_mirror.py PROGRAM write`, and never anew (see golden.py).

  rows       what only such a node has is all there: mirrors, receipts, block and state entries,
             cosignatures, who may read a gated repository, the xorbs that it showed
  opened     it serves its own files and those that it mirrors as they were, and both logs
  answered   what was taken down stays so, and says why; who was let into a gated repository is
  shown      the xorbs of its files are as they were, and it knows those that were sent and shown
  goes_on    its log grows from what it was
"""
import contextlib
import json
import pathlib
import random
import shutil
import sqlite3
import sys
import tarfile
import time

from golden import said_of
from place import Place, check, check_equal, check_log, leaf_hash, without_states
from stepwise import go, main

GOLDEN = pathlib.Path(__file__).parent.parent / "golden/v1-mirror"
MIRRORED, TAKEN_DOWN = "models/lab/model", "models/lab/gone"
OWN, GATED = "models/golden/weights", "models/golden/gated"
TABLES = ("mirror", "mirror_namespace", "follow", "origin", "log_head", "receipt", "block_entry",
          "state_entry", "cosignature", "repository_access", "xet_xorb", "introduced_node")
# "Hello, World!", of one chunk that no file has (node/api/xet.md).
XORB_HASH = "45143e5337d3e15599eb0f1370a9ee88e5114a633b3dd960ee673dbc191bf089"
XORB = bytes.fromhex("000d0000000d0000") + b"Hello, World!"
DAY_MS = 24 * 3_600_000
STATE_SECONDS = 90  # the node looks once a minute
TEST_SECONDS = 400


def rows_of(data):
    """How many each table has; nothing is written."""
    with contextlib.closing(sqlite3.connect(f"file:{data}/catalog.db?mode=ro", uri=True)) as c:
        return {name: c.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in TABLES}


class Test:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.places = []

    def add(self, name):
        self.places.append(Place(self.program, self.work, name))
        return self.places[-1]

    def log(self, place, origin=""):
        return [leaf_hash(entry) for entry in place.entries(origin)]

    def await_log(self, place, what):
        deadline = time.monotonic() + STATE_SECONDS
        while not what(place.entries()):
            check(time.monotonic() < deadline, "the log of", place.name, "has",
                  len(place.entries()), "entries")
            time.sleep(0.2)

    def token_of(self, place, user):
        return place.operator.run("admin", "tokens", "create", user, "now").strip()

    def read_gated(self, place, token=""):
        return place.get(f"/{GATED.removeprefix('models/')}/resolve/main/gated.bin", token=token)

    def xet_token(self, place, kind):
        return place.json(f"/api/{OWN}/xet-{kind}-token/main",
                          token=place.node.token)["accessToken"]

    def terms(self, place):
        """What a client of Xet is told of a file: what it is made of."""
        tree = place.json(f"/api/{OWN}/tree/main")
        file = next(item["xetHash"] for item in tree if item["path"] == "weights.bin")
        return place.json("/xet/v1/reconstructions/" + file,
                          token=self.xet_token(place, "read"))["terms"]

    def send_xorb(self, place):
        return place.json("/xet/v1/xorbs/default/" + XORB_HASH, method="POST", body=XORB,
                          token=self.xet_token(place, "write"))

    def ask_for_chunk(self, place, chunk):
        return place.get("/xet/v1/chunks/default/" + chunk,
                         token=self.xet_token(place, "write"))[0]

    # --- reading

    def rows(self):
        self.wanted = json.loads((GOLDEN / "said.json").read_text())
        with tarfile.open(GOLDEN / "node.tar.xz") as archive:
            archive.extractall(self.work / "old")
        before = rows_of(self.work / "old/data")
        check_equal(before, self.wanted["rows"], "rows in the files")
        check(all(before.values()), "tables without a row:", before)
        self.old = self.add("old")
        check_equal(rows_of(self.old.node.data), before, "rows after the start")

    def opened(self):
        for repository, wanted in self.wanted["repositories"].items():
            check_equal(said_of(self.old, repository), wanted, repository)
        self.await_log(self.old, len)  # it is opened after the start
        check_log(self.old.entries(), self.wanted["log"])
        check_equal(self.log(self.old, self.wanted["origin"]), self.wanted["origin_log"],
                    "the log of the origin")
        status = self.old.operator.json("federation", "status")
        check_equal(status["node_id"], self.wanted["node"], "its id")
        origin = next(o for o in status["origins"] if o["node"] == self.wanted["origin"])
        check(not origin["stopped"], origin)
        scrubbed = self.old.operator.json("admin", "scrub")
        check_equal(scrubbed["damaged"], [], "damage")
        check(self.old.operator.json("admin", "doctor")["healthy"], "it is not well")

    def answered(self):
        path = TAKEN_DOWN.removeprefix("models/")
        status, body = self.old.get(f"/{path}/resolve/main/gone.txt")
        check_equal(status, 451, "what was taken down", body)
        said = self.old.guest.json("federation", "compliance", path)
        check_equal({r["node"]: r["action"] for r in said["receipts"]},
                    {self.wanted["node"]: "stop"}, "receipts")
        check_equal(self.read_gated(self.old)[0], 401, "a guest reads what is gated")
        for user, status in (("reader", 200), ("stranger", 403)):
            answer = self.read_gated(self.old, self.token_of(self.old, user))
            check_equal(answer[0], status, user, "reads what is gated")

    def shown(self):
        check_equal(self.terms(self.old), self.wanted["terms"], "terms")
        check_equal(self.send_xorb(self.old), {"was_inserted": False}, "a xorb that was sent")
        check_equal(self.ask_for_chunk(self.old, self.wanted["terms"][0]["hash"]), 200)
        check_equal(rows_of(self.old.node.data)["xet_xorb"], self.wanted["rows"]["xet_xorb"],
                    "names of xorbs")

    def goes_on(self):
        folder = self.work / "more"
        folder.mkdir()
        (folder / "README.md").write_text("---\nlicense: mit\n---\n# more\n")
        self.old.operator.run("push", folder, "operator/more", "--create")
        size = len(self.wanted["log"])
        self.await_log(self.old, lambda entries: without_states(entries[size:]))
        check_equal(self.log(self.old)[:size], self.wanted["log"], "the log before")

    def run(self):
        go(self, self.rows, self.opened, self.answered, self.shown, self.goes_on)

    # --- writing

    def push(self, place, repository, files):
        folder = self.work / repository.replace("/", "-")
        folder.mkdir()
        (folder / "README.md").write_text("---\nlicense: mit\n---\n# Golden\n")
        for name, content in files.items():
            (folder / name).write_bytes(content)
        name = repository.removeprefix("models/")
        return place.operator.json("push", folder, name, "--create")["commit"]

    def await_word(self, place, word):
        self.await_log(place, lambda entries: word.encode() in b"".join(entries))

    def publish(self):
        noise = random.Random(2)
        self.origin, self.node = self.add("origin"), self.add("made")
        self.origin.operator.run("admin", "orgs", "create", "lab", "operator")
        for repository, files in ((MIRRORED, {"weights.bin": noise.randbytes(30_000)}),
                                  (TAKEN_DOWN, {"gone.txt": b"gone\n"})):
            self.await_word(self.origin, self.push(self.origin, repository, files))
        self.node.operator.run("admin", "orgs", "create", "golden", "operator")
        for repository, files in ((OWN, {"weights.bin": noise.randbytes(8_000) * 3}),
                                  (GATED, {"gated.bin": noise.randbytes(5_000)})):
            self.await_word(self.node, self.push(self.node, repository, files))

    def mirror(self):
        origin = self.origin.operator.json("federation", "status")["node_id"]
        self.node.operator.run("peer", "add", self.origin.node.url)
        self.node.operator.run("follow", origin)
        self.node.sync()
        self.origin.operator.run("takedown", TAKEN_DOWN.removeprefix("models/"), "--reason",
                                 "court")
        self.await_word(self.origin, '"status":"removed"')
        self.node.sync()
        self.await_word(self.node, '"action":"stop"')
        self.node.operator.run("peer", "remove", self.origin.node.url)

    def let_in(self):
        admin = self.node.operator
        admin.run("settings", GATED.removeprefix("models/"), "--gated", "manual")
        for user in ("reader", "stranger"):
            admin.run("admin", "users", "create", user)
            token = self.token_of(self.node, user)
            ask = f"/api/{GATED}/user-access-request"
            self.node.json(ask, method="POST", body=b"{}", token=token)
            if user == "reader":
                self.node.json(ask + "/handle", method="POST", token=self.node.node.token,
                               body=b'{"user": "reader", "status": "accepted"}')
            admin.run("admin", "tokens", "revoke", user, "now")

    def state(self):
        """As if a day had passed since the first cards: a state entry is due then."""
        self.node.node.stop()
        with contextlib.closing(sqlite3.connect(self.node.node.data / "catalog.db")) as catalog:
            catalog.execute("UPDATE repository_card SET written_ms = written_ms - ?", (DAY_MS,))
            catalog.commit()
        self.node.node.start()
        self.await_word(self.node, '"t":"state"')

    def write(self):
        check(not GOLDEN.exists(), GOLDEN, "is there already")
        go(self, self.publish, self.mirror, self.let_in, self.state, self.keep)

    def keep(self):
        place, origin = self.node, self.origin.operator.json("federation", "status")["node_id"]
        terms = self.terms(place)
        check_equal([term["range"] for term in terms], [{"start": 0, "end": 1}], "a chunk's xorb")
        check_equal(self.send_xorb(place), {"was_inserted": True}, "a new xorb")
        check_equal(self.ask_for_chunk(place, terms[0]["hash"]), 200, "a chunk that is here")
        said = {"node": place.operator.json("federation", "status")["node_id"], "origin": origin,
                "repositories": {name: said_of(place, name) for name in (OWN, MIRRORED)},
                "log": self.log(place), "origin_log": self.log(place, origin), "terms": terms}
        place.node.stop()
        shutil.rmtree(place.node.data / "git", ignore_errors=True)
        with contextlib.closing(sqlite3.connect(place.node.data / "catalog.db")) as catalog:
            catalog.execute("VACUUM")
            catalog.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        said["rows"] = rows_of(place.node.data)
        check(all(said["rows"].values()), "tables without a row:", said["rows"])
        GOLDEN.mkdir(parents=True)
        (GOLDEN / "said.json").write_text(json.dumps(said, indent=1, sort_keys=True) + "\n")
        with tarfile.open(GOLDEN / "node.tar.xz", "w:xz") as archive:
            archive.add(place.node.data, "data")


class Writing(Test):
    def run(self):
        self.write()


if __name__ == "__main__":
    sys.exit(main(Writing if sys.argv[2:] == ["write"] else Test, TEST_SECONDS))
