#!/usr/bin/env python3
"""Three nodes, of which one follows another through the third: federation.py PROGRAM

A publishes, B mirrors all of A, C mirrors a part of A and has only B as a peer. Every process is
the real program, every byte between A and B is counted by a relay.

  identity   C serves A's model after A was killed: the same repository id, commits, trees and
             licence, the same bytes by pull, verify and plain HTTP; and nobody may write to it
  selection  what C does not follow is not on C; what is private on A is nowhere else, by name or
             by hash, and asked for answers like what never was
  delta      a change of 1 % of a file costs B and C little more than that
  resumed    B, killed with -9 in the middle of a large file, goes on from there
  kept       every node is the same after a restart
  budget     what B's policy has no bytes left for is not fetched, and said to be missing; a policy
             that changes is obeyed without a restart. When the bytes run out in the middle of a
             file it breaks off, a restart brings no new ones, and with more it goes on from there
  holders    who holds a repository is shown beside who hides it
  yank       stated on A it reaches B and, through B, C: both hide it, serve it by name, and say so
  takedown   stated on A it reaches B and, with A gone, C: no bytes are served there by name, by
             hash or to a pull, and both say so in their logs; taken back, all is as before
  carried    an archive made on C fills D, which never met anybody; bundles since what it has, an
             archive or a head, bring D what is new, and the takedown
"""
import hashlib
import json
import random
import re
import shutil
import sys
import time
import urllib.error
import urllib.request

from banyan_program import Failed, Relay, files_below, git_oid, kill, sha256
from budget_steps import BudgetSteps
from place import CARD_SECONDS, Place, check, check_equal, leaf_hash
from standing_steps import StandingSteps
from stepwise import SEED, go, main

MIB = 1 << 20
WEIGHTS_BYTES = 8 * MIB
DELTA_BYTES = WEIGHTS_BYTES // 100
DELTA_COST_BYTES = 600_000  # the change, its last chunks whole, lists and tables
LARGE_BYTES = 48 * MIB
KILL_AT_BYTES = 32 * MIB  # of the large file have passed the relay
LARGE_RATE_BYTES = 4 * MIB  # a second, so that there is time for the kill
# At most for a kill: every line makes durable once a second what has come, which takes a while;
# then there are begun chunks, and lists.
LOST_BYTES = LARGE_RATE_BYTES * 3 // 2 + 2 * MIB
TEST_SECONDS = 500


class Test(BudgetSteps, StandingSteps):
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.random = random.Random(SEED)
        self.places = []

    def begin(self):
        for name in "ABC":
            self.places.append(Place(self.program, self.work, name))
        self.a, self.b, self.c = self.places
        self.relay = Relay(self.a.node.port)

    # --- A publishes

    def write(self, folder, licence, files):
        folder = self.work / folder
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        (folder / "README.md").write_text(f"---\nlicense: {licence}\n---\n# Federated\n")
        return folder

    def change(self, folder, name):
        """1 % of a file, in one place."""
        content = bytearray((folder / name).read_bytes())
        at = self.random.randrange(len(content) - DELTA_BYTES)
        content[at:at + DELTA_BYTES] = self.random.randbytes(DELTA_BYTES)
        (folder / name).write_bytes(content)

    def push(self, *words):
        return self.a.operator.json("push", *words)["commit"]

    def await_card(self, commit):
        """Until A's log tells of the commit. A new licence lets a change not wait its minute."""
        deadline = time.monotonic() + CARD_SECONDS
        while commit.encode() not in b"".join(self.a.entries()):
            check(time.monotonic() < deadline, "A's log does not tell of commit", commit)
            time.sleep(0.1)

    def publish(self):
        texts = {f"texts/{i}.txt": b"text %d\n" % i for i in range(20)}
        self.model = self.write("model", "mit", {
            "weights.bin": self.random.randbytes(WEIGHTS_BYTES), "config.json": b'{"a": 1}\n',
            "empty": b"", "sub/deep/ä b#.txt": "名字\n".encode(), **texts})
        words = self.write("words", "cc-by-4.0", {"words.txt": b"one\ntwo\n"})
        secret = self.write("secret", "mit", {"secret.bin": self.random.randbytes(300_000)})
        admin = self.a.operator
        admin.run("admin", "orgs", "create", "lab", "operator")
        self.commits = [self.push(self.model, "lab/model", "--create", "-m", "first")]
        self.push(secret, "operator/secret", "--create", "--private")
        # A whole history before anybody sees it.
        self.push(words, "datasets/operator/words", "--create", "--private")
        admin.run("tag", "create", "datasets/operator/words", "v1", "-m", "as printed")
        (words / "words.txt").write_bytes(b"one\ntwo\nthree\n")
        whole = self.push(words, "datasets/operator/words", "-m", "a word more")
        admin.run("settings", "datasets/operator/words", "--public")
        self.await_card(self.commits[0])
        self.await_card(whole)
        self.a_id = admin.json("federation", "status")["node_id"]
        self.change(self.model, "weights.bin")
        self.write("model", "apache-2.0", {"texts/0.txt": b"another\n"})
        self.commits.append(self.push(self.model, "lab/model", "-m", "second"))
        self.await_card(self.commits[-1])
        self.remember_what_is_private(secret / "secret.bin")

    def remember_what_is_private(self, file):
        token = self.a.node.token
        root = self.a.revision("models/operator/secret", token=token)["manifest"]
        xet = self.a.operator.json("hash", file)[0]["file_hash"]
        check_equal(self.a.get(f"/fed/o/{root}", token=token)[0], 200, "its owner reads it")
        self.private = {"/fed/o/": root, "/fed/f/": xet}
        self.private_sha256 = sha256(file)

    # --- B mirrors all, C a part

    def follow(self):
        self.b.operator.run("peer", "add", self.relay.url)
        self.b.operator.run("follow", self.a_id)
        self.b.sync()
        self.qualified = self.a_id[:16] + "_operator"
        self.check_mirror(self.b, "lab/model", self.commits)
        self.check_words(self.b)

    def follow_without_the_origin(self):
        self.a_tree = self.a.tree("models/lab/model")
        self.a_info = self.a.operator.json("info", "lab/model")
        self.a_log = self.a.operator.json("log", "lab/model")
        self.a.node.kill()
        self.c.operator.run("peer", "add", self.b.node.url)
        self.c.operator.run("follow", self.a_id + "/models/lab/mod*")
        status = self.c.sync()
        check_equal([o["node"] for o in status["origins"]], [self.a_id], "C follows")
        b_id = self.b.operator.json("federation", "status")["node_id"]
        check(b_id in [holder["node"] for holder in status["origins"][0]["held_by"]],
              "C does not know that B holds A's log:", status["origins"][0]["held_by"])
        check_equal(self.c.listed(), {"lab/model"}, "what C lists")
        self.check_mirror(self.c, "lab/model", self.commits)

    def check_mirror(self, place, name, commits):
        """It is A's, bit for bit, to every kind of reader."""
        info = place.guest.json("info", name)
        check_equal(info["id"], name, place.name)
        check_equal((info["sha"], info["private"]), (commits[-1], False), place.name)
        log = place.guest.json("log", name)
        check_equal([c["id"] for c in log][:len(commits)], commits[::-1], place.name, "log")
        check(name in place.listed(), place.name, "does not list", name)
        copy = self.work / f"pulled-{place.name}"
        shutil.rmtree(copy, ignore_errors=True)
        place.guest.run("pull", name, "--dest", copy)
        place.guest.run("verify", copy, name, "--strict")
        tree = place.tree("models/" + name)
        for path in files_below(self.model):
            check_equal(sha256(copy / path), sha256(self.model / path), place.name, path)
            quoted = urllib.request.quote(path)
            status, body = place.get(f"/{name}/resolve/main/{quoted}")
            check_equal(status, 200, place.name, path)
            check_equal(hashlib.sha256(body).hexdigest(), sha256(self.model / path), path)
            if path != "weights.bin":  # which is a pointer in git
                check_equal(tree[path][1], git_oid(self.model / path), place.name, path)

    def check_same_as_origin(self):
        info = self.c.guest.json("info", "lab/model")
        for member in ("licence", "sha", "cardData", "siblings", "refs", "tags"):
            check_equal(info[member], self.a_info[member], "C's", member)
        check_equal(info["licence"], "Apache-2.0", "licence")
        check_equal(self.c.tree("models/lab/model"), self.a_tree, "C's git objects")
        check_equal(self.c.guest.json("log", "lab/model"), self.a_log, "C's log")
        ids = {place.name: place.revision("models/lab/model")["repository"]
               for place in (self.b, self.c)}
        key = self.repository_key(self.commits)
        check_equal(ids, {"B": key, "C": key}, "repository ids")
        for place in (self.b, self.c):
            check_equal(place.revision("models/lab/model")["published"],
                        f"{self.a_id}/sha256:{key}", place.name)

    def repository_key(self, commits):
        """The leaf hash of the first card in the log, as B hands it on, that names the commit."""
        for entry in self.b.entries(self.a_id):
            if commits[0].encode() in entry:
                first = json.loads(entry).get("repo", "sha256:" + leaf_hash(entry))
                return first.removeprefix("sha256:")
        raise AssertionError("no card names the first commit")

    def check_words(self, place):
        name = f"{self.qualified}/words"
        check(name in place.listed(), place.name, "does not list", name)
        refs = place.guest.json("info", "datasets/" + name)["refs"]
        theirs = self.a.operator.json("info", "datasets/operator/words")["refs"]
        check_equal(refs, theirs, place.name, "refs of the dataset")
        check_equal([tag["name"] for tag in refs["tags"]], ["v1"], place.name)
        tagged, newest = (self.work / f"words-{place.name}-{r}" for r in ("v1", "main"))
        place.guest.run("pull", f"datasets/{name}@v1", "--dest", tagged)
        place.guest.run("pull", f"datasets/{name}", "--dest", newest)
        check_equal((tagged / "words.txt").read_bytes(), b"one\ntwo\n", place.name)
        check_equal((newest / "words.txt").read_bytes(), b"one\ntwo\nthree\n", place.name)

    # --- what must not be

    def check_nobody_writes(self):
        mine = self.write("mine", "mit", {"mine.txt": b"mine"})
        for words in (("push", mine, "lab/model"), ("tag", "create", "lab/model", "mine"),
                      ("branch", "create", "lab/model", "mine"), ("rm", "lab/model", "empty"),
                      ("mv", "lab/model", "operator/model"), ("settings", "lab/model", "--private"),
                      ("push", mine, "lab/mine", "--create")):
            try:
                self.c.operator.run(*words)
            except Failed as failed:
                check_equal(failed.code, 4, failed)
                check(re.search("mirrored from another node|may not create", failed.error), failed)
            else:
                raise AssertionError(f"C's operator could {' '.join(map(str, words))}")
        status, body = self.c.get(
            "/api/models/lab/model/commit/main", "POST", self.c.node.token,
            b'{"key": "header", "value": {"summary": "mine"}}\n'
            b'{"key": "deletedFile", "value": {"path": "empty"}}\n')
        check_equal(status, 403, body)

    def check_absent(self, place, paths):
        """To a guest, as what never was; the bodies are equal but for the request's id."""
        zero = "0" * 63 + "1"
        for path in paths:
            other = re.sub("[0-9a-f]{64}", zero, path)
            if other == path:
                other = path.replace("secret", "nothing").replace("words", "nothing")
            there, never = place.get(path), place.get(other)
            check(there[0] in (401, 404), place.name, path, "is answered", there)
            check_equal(there, never, place.name, path, "is answered unlike what never was")

    def check_selection(self):
        owners = ("operator", self.qualified)
        by_hash = [f"/fed/o/{self.private['/fed/o/']}", f"/fed/f/{self.private['/fed/f/']}/outline",
                   f"/fed/f/{self.private['/fed/f/']}/section/0",
                   f"/fed/f/{self.private['/fed/f/']}/data/0"]
        by_name = [p for o in owners for p in (
            f"/api/models/{o}/secret", f"/api/models/{o}/secret/tree/main",
            f"/{o}/secret/resolve/main/secret.bin",
            f"/api/banyan/v0/models/{o}/secret/revision/main")]
        words = [f"/api/datasets/{o}/words" for o in owners]
        self.check_absent(self.b, by_hash + by_name)
        self.check_absent(self.c, by_hash + by_name + words)
        for place in (self.b, self.c):
            check(not any("secret" in name for name in place.listed()), place.name, "lists it")
            digest = bytes.fromhex(self.private["/fed/o/"])
            check_equal(place.get("/fed/o", "POST", body=digest), (200, b"\xff" * 4), place.name)
        check_equal(self.b.listed(), {"lab/model", self.qualified + "/words"}, "what B lists")

    def check_private_is_kept(self):
        """What is private stays so to guests of its own node, by hash and by name."""
        self.check_absent(self.a, [f"/fed/o/{self.private['/fed/o/']}",
                                   "/api/models/operator/secret",
                                   f"/fed/f/{self.private['/fed/f/']}/outline"])
        check(b"secret" not in b"".join(self.a.entries()), "A's log tells of it")
        for place in (self.b, self.c):
            for file in place.node.data.rglob("*"):
                if file.is_file():
                    content = file.read_bytes()
                    for secret in (self.private_sha256, "operator/secret"):
                        check(secret.encode() not in content, place.name, file, "has", secret)

    # --- a change, a kill, restarts

    def change_one_percent(self):
        self.a.node.start()
        self.check_private_is_kept()
        self.change(self.model, "weights.bin")
        self.write("model", "cc0-1.0", {})
        self.commits.append(self.push(self.model, "lab/model", "-m", "third"))
        self.await_card(self.commits[-1])
        self.costs = {}
        before = self.relay.down_bytes
        for place in (self.b, self.c):
            count = len(place.mirrored())
            place.sync()
            done = place.mirrored()[count:]
            check_equal(len(done), 1, place.name, "mirrored so many repositories")
            self.costs[place.name] = done[0]["fetched"]
            check(DELTA_BYTES <= done[0]["fetched"] <= DELTA_COST_BYTES, place.name, done)
            self.check_mirror(place, "lab/model", self.commits)
        self.costs["wire"] = self.relay.down_bytes - before
        check(self.costs["wire"] <= DELTA_COST_BYTES, "B took", self.costs["wire"], "from A")

    def kill_in_the_middle(self):
        self.large = self.write("large", "mit", {"large.bin": self.random.randbytes(LARGE_BYTES)})
        self.await_card(self.push(self.large, "lab/large", "--create"))
        deadline = time.monotonic() + CARD_SECONDS
        before = self.relay.down_bytes
        self.relay.rate_bytes = LARGE_RATE_BYTES
        waiting = self.b.operator.start("sync")
        while self.relay.down_bytes - before < KILL_AT_BYTES:
            check(time.monotonic() < deadline, "B does not fetch the large file")
            time.sleep(0.005)
        self.b.node.kill()
        kill(waiting)
        self.relay.rate_bytes = 0
        first = self.relay.down_bytes - before
        self.b.node.start()
        self.b.sync()
        self.fetched_again = self.relay.down_bytes - before - LARGE_BYTES
        check(first < LARGE_BYTES, "B was killed too late")
        check(self.fetched_again <= LOST_BYTES, self.fetched_again, "bytes were fetched again")
        status, body = self.b.get("/lab/large/resolve/main/large.bin")
        check_equal(status, 200, "the large file on B")
        check_equal(hashlib.sha256(body).hexdigest(), sha256(self.large / "large.bin"))

    def state(self, place):
        """What must be the same after a restart."""
        token = place.node.token
        repositories = []
        for kind in ("models", "datasets"):
            for item in place.json(f"/api/{kind}", token=token):
                revision = place.revision(f"{kind}/{item['id']}", token=token)
                repositories.append((item["id"], item["licence"], revision))
        status = place.operator.json("federation", "status")
        origins = [{name: value for name, value in origin.items()
                    if name not in ("age_s", "held_by")}  # mirrors sign when they come to it
                   for origin in status["origins"]]
        peers = [(peer["address"], peer["node"]) for peer in status["peers"]]
        return status["node_id"], repositories, origins, peers

    def restart(self):
        self.c.sync()
        before = [self.state(place) for place in self.places]
        for place in self.places:
            place.node.stop()
        for place in self.places:
            place.node.start()
        for place, state in zip(self.places, before):
            if place is not self.a:  # which has no peers
                place.sync()
            check_equal(self.state(place), state, place.name, "after a restart")
            if place is not self.a:
                self.check_mirror(place, "lab/model", self.commits)
                doctor = place.operator.json("admin", "doctor")
                check(doctor["healthy"], place.name, doctor)

    # --- by hand

    def carry(self):
        self.d = Place(self.program, self.work, "D")
        self.places.append(self.d)
        archive = self.work / "carried.banyan"
        self.c.operator.run("bundle", "export", archive, "--split", "4 MB")
        check((self.work / "carried.2.banyan").exists(), "8 MiB are in one part of 4 MB")
        self.d.operator.run("bundle", "import", archive, "--follow")
        self.check_mirror(self.d, "lab/model", self.commits)
        check_equal(self.d.operator.json("peer", "list"), [], "the archive is no peer of D")
        self.carry_since_a_head()
        self.a.operator.run("takedown", "lab/model", "--reason", "court")
        self.await_standing("removed")
        self.b.sync()
        self.c.sync()
        stick = self.work / "stick"
        report = self.c.operator.json("bundle", "export", stick, "--since", archive)
        check_equal(report["files"], 0, report)
        self.d.operator.run("bundle", "import", stick)
        self.check_withheld(self.d)
        self.await_receipt(self.d, "stop")

    def carry_since_a_head(self):
        """What D lacks, by the head that D shows."""
        head = self.work / "head-of-D"
        head.write_bytes(self.d.get(f"/fed/{self.a_id}/0/checkpoint")[1])
        (self.model / "news.txt").write_bytes(b"news\n")
        self.write("model", "mit", {})
        self.commits.append(self.push(self.model, "lab/model", "-m", "news"))
        self.await_card(self.commits[-1])
        self.b.sync()
        self.c.sync()
        news = self.work / "news.banyan"
        report = self.c.operator.json("bundle", "export", news, "--since", head)
        check_equal(report["files"], 2, "news.txt and README.md", report)
        self.d.operator.run("bundle", "import", news)
        self.check_mirror(self.d, "lab/model", self.commits)

    def run(self):
        go(self, self.begin, self.publish, self.follow, self.follow_without_the_origin,
           self.check_same_as_origin, self.check_nobody_writes, self.check_selection,
           self.change_one_percent, self.kill_in_the_middle, self.keep_to_a_budget,
           self.spend_a_budget, self.restart, self.show_holders, self.yank, self.take_down,
           self.reinstate, self.carry)
        print(f"1 % of 8 MiB: B fetched {self.costs['B']:,} bytes ({self.costs['wire']:,} with all "
              f"that the wire carried), C {self.costs['C']:,}; after kill -9 at "
              f"{KILL_AT_BYTES // MIB} of {LARGE_BYTES // MIB} MiB {self.fetched_again:,} bytes "
              "came again")


sys.exit(main(Test, TEST_SECONDS))
