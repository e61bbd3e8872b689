#!/usr/bin/env python3
"""A node that holds a part of what it mirrors, and fetches the rest when a client asks for it:
gateway.py PROGRAM

A publishes, G mirrors it through a relay that counts bytes, slows down, or lies; H is a peer of G
that has all of it.

  listed     lists, trees, sizes and HEAD are as on A, and cost no byte of content
  asked      a file comes when it is asked for, whole and as published; the second time from G alone
  shared     many clients that ask for one file at once share one fetch, which goes on when the
             first of them goes away; while it is slow they are told to ask again
  pulled     `banyan pull` through G, of the head and of an older revision
  refused    without "on demand" a file that is not held is 403, names who has it, and is no 404
  grows      a policy that selects more is obeyed without a restart
  budget     what the policy has no bytes left for is 503, with the reason
  killed     G, killed with -9 in the middle of a file, goes on from there when it is asked again
  lying      what a lying peer sends reaches nobody: 503, and with an honest peer the file
  holdings   what G says of its share is so, and it sends peers nothing that it has not verified
"""
import concurrent.futures
import hashlib
import json
import random
import socket
import sys
import time
import urllib.request

from banyan_program import Failed, Relay, sha256
from place import CARD_SECONDS, OPENER, Place, check, check_equal
from stepwise import SEED, go, main

MIB = 1 << 20
LARGE_BYTES = 48 * MIB
KILL_AT_BYTES = 30 * MIB
LARGE_RATE_BYTES = 12 * MIB
SLOW_RATE_BYTES = 600_000
LOST_BYTES = 18 * MIB  # at most for a kill: the batch that was being collected
POLICY_SECONDS = 60
TEST_SECONDS = 500
ON_DEMAND = '[[select]]\ncontent = "on demand"\n'


class LyingRelay(Relay):
    """Spoils whatever is large enough to be content, while it lies."""
    lies = False

    def pump(self, source, sink, is_up):
        class Sink:
            def __init__(self, relay):
                self.relay = relay

            def sendall(self, block):
                if self.relay.lies and not is_up and len(block) > 20_000:
                    block = block[:-1] + bytes([block[-1] ^ 1])
                sink.sendall(block)

            def shutdown(self, how):
                sink.shutdown(how)
        super().pump(source, Sink(self), is_up)


class Test:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.random = random.Random(SEED)
        self.places = []
        self.told_to_wait = 0  # answers that said so

    def begin(self):
        for name in "AGH":
            self.places.append(Place(self.program, self.work, name))
        self.a, self.g, self.h = self.places
        self.relay = LyingRelay(self.a.node.port)

    def push(self, files, name, *words):
        folder = self.work / name.replace("/", "-")
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        return self.a.operator.json("push", folder, name, *words)["commit"]

    def await_card(self, commit):
        deadline = time.monotonic() + CARD_SECONDS
        while commit.encode() not in b"".join(self.a.entries()):
            check(time.monotonic() < deadline, "A's log does not tell of commit", commit)
            time.sleep(0.1)

    def policy(self, text):
        (self.g.node.data / "policy.toml").write_text(text)

    def publish(self):
        self.files = {
            "README.md": b"---\nlicense: mit\nlanguage: sw\n---\n# Tiny\n",
            "config.json": b'{"a": 1}\n', "weights.bin": self.random.randbytes(3 * MIB),
            "shared.bin": self.random.randbytes(6 * MIB), "sub/deep.txt": b"deep\n",
            "lies.bin": self.random.randbytes(2 * MIB), "refused.bin": self.random.randbytes(MIB)}
        first = dict(self.files, **{"config.json": b'{"a": "old"}\n'})
        self.old = self.push(first, "operator/tiny", "--create", "--private")
        new = self.push({"config.json": self.files["config.json"]}, "operator/tiny")
        self.a.operator.run("settings", "operator/tiny", "--public")
        self.await_card(new)
        self.a_id = self.a.operator.json("federation", "status")["node_id"]

    def follow(self):
        self.policy(ON_DEMAND)
        self.g.node.stop()
        self.g.node.start()
        self.g.operator.run("peer", "add", self.relay.url)
        self.g.operator.run("follow", self.a_id)
        deadline = time.monotonic() + CARD_SECONDS
        while not self.g.listed():
            check(time.monotonic() < deadline, "G lists nothing")
            self.g.sync()
            time.sleep(0.2)
        [self.name] = self.g.listed()

    def fetch(self, path, revision="main"):
        return self.g.get(f"/{self.name}/resolve/{revision}/{path}")

    def fetch_when_there(self, path, revision="main"):
        """As a client that is told to ask again."""
        deadline = time.monotonic() + POLICY_SECONDS
        status, body = self.fetch(path, revision)
        while status == 429:
            self.told_to_wait += 1
            check(time.monotonic() < deadline, path, "does not arrive")
            time.sleep(1)
            status, body = self.fetch(path, revision)
        return status, body

    def head(self, path):
        request = urllib.request.Request(f"{self.g.node.url}/{self.name}/resolve/main/{path}",
                                         method="HEAD")
        with OPENER.open(request, timeout=60) as answer:
            return answer.headers

    def passed(self, work):
        """How many bytes came from A while `work` was done, and what it gave."""
        before = self.relay.down_bytes
        result = work()
        return self.relay.down_bytes - before, result

    def xet(self, path):
        return self.a.operator.json("hash", self.work / "operator-tiny" / path)[0]["file_hash"]

    # --- steps

    def listed(self):
        check(self.relay.down_bytes < 100_000, self.relay.down_bytes, "bytes for lists alone")
        theirs = self.a.tree("models/operator/tiny")
        check_equal(self.g.tree("models/" + self.name), theirs, "G's tree")
        mark = self.g.json("/api/models/" + self.name)["banyan"]
        check_equal((mark["origin"], mark["trust"], mark["peer"], mark["others"]),
                    (self.a_id, "unwitnessed", self.relay.url, "on demand"), mark)
        check_equal((mark["files"], mark["held_files"]), (len(theirs) - 1, 1), mark)
        info = self.g.guest.json("info", self.name)
        check_equal((info["licence"], info["banyan"]["seen"] is not None), ("MIT", True), info)

        xet = self.xet("weights.bin")
        for path in ("outline", "section/0", "data/0", "have"):
            check_equal(self.g.get(f"/fed/f/{xet}/{path}")[0], 404, path, "of what is not held")

        def ask():
            for path, content in self.files.items():
                headers = self.head(path)
                check_equal(int(headers["Content-Length"]), len(content), path)
                check(headers["X-Repo-Commit"] and headers["ETag"], path, headers)
        spent, _ = self.passed(ask)
        check(spent < 20_000, spent, "bytes for HEAD")

    def asked(self):
        for path in ("config.json", "sub/deep.txt", "weights.bin"):
            status, body = self.fetch_when_there(path)
            check_equal((status, body == self.files[path]), (200, True), path)
        spent, (status, body) = self.passed(lambda: self.fetch("weights.bin"))
        check_equal((status, body == self.files["weights.bin"]), (200, True), "again")
        check(spent < 20_000, spent, "bytes came twice")
        request = urllib.request.Request(f"{self.g.node.url}/{self.name}/resolve/main/config.json",
                                         headers={"Range": "bytes=2-4"})
        with OPENER.open(request, timeout=60) as answer:
            check_equal((answer.status, answer.read()), (206, self.files["config.json"][2:5]))

    def shared(self):
        self.relay.rate_bytes = SLOW_RATE_BYTES
        with socket.create_connection(("127.0.0.1", self.g.node.port)) as leaver:
            leaver.sendall(f"GET /{self.name}/resolve/main/shared.bin HTTP/1.1\r\n"
                           "Host: g\r\n\r\n".encode())
            time.sleep(0.5)  # the first who asks, and then goes away
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            spent, answers = self.passed(
                lambda: list(pool.map(lambda _: self.fetch_when_there("shared.bin"), range(12))))
        self.relay.rate_bytes = 0
        check(self.told_to_wait > 0, "a file that took ten seconds was waited for")
        for status, body in answers:
            check_equal((status, body == self.files["shared.bin"]), (200, True), "shared")
        check(spent < 7 * MIB, spent, "bytes for 12 who share one file of 6 MiB")

    def pulled(self):
        for revision in ("main", self.old):
            place = self.work / f"pulled-{revision[:7]}"
            self.g.guest.run("pull", f"{self.name}@{revision}", "--dest", place,
                             "--exclude", "lies.bin", "--exclude", "refused.bin")
            check_equal((place / "weights.bin").read_bytes(), self.files["weights.bin"], revision)
        check_equal((place / "config.json").read_bytes(), b'{"a": "old"}\n', "the older one")

    def await_others(self, others):
        deadline = time.monotonic() + POLICY_SECONDS
        while self.g.json("/api/models/" + self.name)["banyan"]["others"] != others:
            check(time.monotonic() < deadline, "G does not obey its policy")
            time.sleep(0.2)

    def refused(self):
        self.policy('[[select]]\nfiles = "*.json"\n')
        self.await_others("refused")
        status, body = self.fetch("refused.bin")
        check_equal(status, 403, body)
        for words in ("does not hold", self.a_id, self.relay.url):
            check(words in json.loads(body)["error"], words, "is not said:", body)
        status, body = self.fetch("weights.bin")  # what came stays
        check_equal((status, body == self.files["weights.bin"]), (200, True), "what is held")
        try:
            self.g.guest.run("pull", self.name, "--dest", self.work / "refused")
        except Failed as failed:
            check_equal(failed.code, 4, failed)
            check(self.a_id in failed.error, failed)
        else:
            raise AssertionError("a pull got what G does not hold")

    def grows(self):
        self.policy('[[select]]\nfiles = ["*.json", "refused.*"]\n')
        deadline = time.monotonic() + POLICY_SECONDS
        while self.fetch("refused.bin")[0] != 200:
            check(time.monotonic() < deadline, "G does not fetch what its policy selects now")
            time.sleep(0.5)
        check_equal(self.fetch("lies.bin")[0], 403, "what it does not select")
        plan = self.g.operator.json("sync", "--dry-run")
        check_equal(plan["missing_bytes"], 0, plan)

    def budget(self):
        self.policy(ON_DEMAND + '[mirror]\nper_day = "1 kB"\n')
        self.await_others("on demand")
        status, body = self.fetch("lies.bin")
        check_equal(status, 503, body)
        check("policy allows for the day" in json.loads(body)["error"], body)
        self.policy(ON_DEMAND)
        deadline = time.monotonic() + POLICY_SECONDS
        while not self.g.operator.json("federation", "status")["fetching"]["in_budget"]:
            check(time.monotonic() < deadline, "G does not obey its policy")
            time.sleep(0.2)

    def killed(self):
        large = self.random.randbytes(LARGE_BYTES)
        self.await_card(self.push({"README.md": self.files["README.md"], "large.bin": large},
                                  "operator/large", "--create"))
        self.g.sync()
        path = f"/{self.name.replace('tiny', 'large')}/resolve/main/large.bin"
        before = self.relay.down_bytes
        self.relay.rate_bytes = LARGE_RATE_BYTES
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(self.g.get, path)
            deadline = time.monotonic() + CARD_SECONDS
            while self.relay.down_bytes - before < KILL_AT_BYTES:
                check(time.monotonic() < deadline, "G does not fetch the large file")
                time.sleep(0.005)
            self.g.node.kill()
            check(waiting.exception() is not None or waiting.result()[0] != 200, "served early")
        first = self.relay.down_bytes - before
        self.relay.rate_bytes = 0
        self.g.node.start()
        self.g.sync()
        deadline = time.monotonic() + POLICY_SECONDS
        status, body = self.g.get(path)
        while status != 200:
            check(status == 429 and time.monotonic() < deadline, "the large file:", status)
            time.sleep(1)
            status, body = self.g.get(path)
        check_equal(hashlib.sha256(body).hexdigest(), hashlib.sha256(large).hexdigest(), "large")
        check(first < LARGE_BYTES, "G was killed too late")
        self.fetched_again = self.relay.down_bytes - before - LARGE_BYTES
        check(self.fetched_again <= LOST_BYTES, self.fetched_again, "bytes were fetched again")

    def lying(self):
        self.relay.lies = True
        status, body = self.fetch_when_there("lies.bin")
        check_equal(status, 503, body[:200])
        self.h.operator.run("peer", "add", self.a.node.url)
        self.h.operator.run("follow", self.a_id)
        self.h.sync()
        self.g.operator.run("peer", "add", self.h.node.url)
        deadline = time.monotonic() + POLICY_SECONDS
        while status == 503:  # what failed is tried again after ten seconds
            check(time.monotonic() < deadline, "no other peer is asked")
            time.sleep(1)
            status, body = self.fetch_when_there("lies.bin")
        check_equal((status, body == self.files["lies.bin"]), (200, True), "from the honest peer")
        log = self.g.node.log.read_text(errors="replace")
        check("event=peer_lied peer=" + self.relay.url in log, "the lie is not noted")
        self.relay.lies = False

    def holdings(self):
        manifest = self.g.revision("models/" + self.name)["manifest"]
        held = self.g.json("/fed/holdings/" + manifest)
        mark = self.g.json("/api/models/" + self.name)["banyan"]
        for member in ("files", "bytes", "held_files", "held_bytes"):
            check_equal(held[member], mark[member], member)
        whole = self.a.json("/fed/holdings/" + manifest)
        check_equal(whole["held_bytes"], whole["bytes"], "A holds all")
        check_equal(self.g.get("/fed/holdings/" + "0" * 64)[0], 404, "an unknown manifest")
        have = f"/fed/f/{self.xet('weights.bin')}/have"
        check_equal(self.g.get(have), (200, b"\x01"), "its one section")
        doctor = self.g.operator.json("admin", "doctor")
        check(doctor["healthy"], doctor)

    def run(self):
        go(self, self.begin, self.publish, self.follow, self.listed, self.asked, self.shared,
           self.pulled, self.refused, self.grows, self.budget, self.killed, self.lying,
           self.holdings)
        print(f"after kill -9 in 48 MiB {self.fetched_again:,} bytes came again")


sys.exit(main(Test, TEST_SECONDS))
