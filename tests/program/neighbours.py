#!/usr/bin/env python3
"""Nodes of one local network, each with an avahi-daemon beside it: neighbours.py PROGRAM

Nobody names a peer. A publishes, B follows it; D follows it, too, and does not look for neighbours.

  found     B finds A, and has what it published, bit for bit; A, which follows nobody, dials nobody
  off       about D not a packet is sent, and it finds nobody
  policy    what the policy does not dial is not dialled
  flood     a stranger announces what is no node, in other networks, on ports of the system, A where
            it is not, and nodes that do not exist: B, which would ask anybody, asks no more than
            its policy says, in its own network only, has A still, and says no word (attack 14)
  daemon    the daemon of B ends: B says so once, and serves; it starts, and A is found again
  gone      A is killed with -9, and B forgets it

Exit code 77: no such network on this machine.
"""
import pathlib
import random
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import local_network  # noqa: E402
from banyan_program import kill, sha256  # noqa: E402
from far_host import FarHost  # noqa: E402
from place import check, check_equal  # noqa: E402
from stepwise import SEED, go, main  # noqa: E402

STRANGER = pathlib.Path(local_network.__file__).with_name("mdns_stranger.py")
SIZE = 3 << 20
FLOOD = 400
MOST = 8  # peers that were learned
QUIET_SECONDS = 8  # in which B has taken what was announced
TEST_SECONDS = 400
SKIPPED = 77


def until(what, *words, seconds=60):
    deadline = time.monotonic() + seconds
    while not (value := what()):
        check(time.monotonic() < deadline, *words)
        time.sleep(0.3)
    return value


class Test:
    def __init__(self, program, work, network):
        self.program, self.work, self.network = program, work, network
        self.places, self.heard, self.stranger = [], set(), None

    def add(self, name, is_on):
        place = FarHost(self.program, self.work, self.network, name,
                        "--federation-neighbours", str(is_on).lower())
        self.places.append(place)
        place.link.start_avahi()
        return place

    def begin(self):
        self.a, self.b, self.d = (self.add(name, is_on=name != "D") for name in "ABD")
        self.far = self.network.add()
        self.stranger = subprocess.Popen(
            [*self.far.prefix, sys.executable, STRANGER, "listen", self.far.address], text=True,
            stdout=subprocess.PIPE)
        threading.Thread(target=lambda: self.heard.update(
            line.strip() for line in self.stranger.stdout), daemon=True).start()
        folder = self.work / "model"
        folder.mkdir()
        (folder / "README.md").write_text("---\nlicense: mit\n---\n# Next door\n")
        self.weights = folder / "weights.bin"
        self.weights.write_bytes(random.Random(SEED).randbytes(SIZE))
        self.a.operator.run("admin", "orgs", "create", "lab", "operator")
        self.commit = self.a.operator.json("push", folder, "lab/model", "--create")["commit"]
        self.origin = self.a.node_id()
        for place in (self.b, self.d):
            place.operator.run("follow", self.origin)

    @staticmethod
    def peers(place):
        return place.operator.json("peer", "list")

    def sees(self, place, other):
        return any(peer["address"] == other.node.url and peer["found"] == "nearby" and
                   peer["node"] == self.origin for peer in self.peers(place))

    def has_model(self):
        return self.b.operator.json("info", "lab/model")["sha"] == self.commit

    def policy(self, place, text):
        (place.node.data / "policy.toml").write_text(text)

    def lines(self, word):
        return [line for line in self.b.node.log.read_text(errors="replace").splitlines()
                if word in line]

    def found(self):
        begun = time.monotonic()
        until(lambda: self.sees(self.b, self.a), "B does not find A")
        self.seconds = time.monotonic() - begun
        self.b.sync_until(self.commit)
        self.b.operator.run("pull", "lab/model", "--dest", self.work / "pulled")
        check_equal(sha256(self.work / "pulled/weights.bin"), sha256(self.weights))
        check_equal(self.peers(self.a), [], "A follows nobody")

    def off(self):
        check_equal(self.peers(self.d), [], "what D finds")
        check_equal(self.heard, {self.a.link.address, self.b.link.address}, "who is announced")

    def changed(self, text, is_seen, *words):
        self.policy(self.b, text)
        until(lambda: self.sees(self.b, self.a) == is_seen, *words)

    def change_policy(self):
        self.changed('[peers]\ndial = "none"\n', False, "A is dialled")
        self.changed('[peers]\ndial = "followed"\n', True, "A is not dialled")
        self.changed(f'[peers]\nrefuse = "{self.origin}"\n', False, "A is not refused")
        self.changed('[peers]\ndial = "any"\n', True, "A is not dialled")

    def flood(self):
        known = len(self.lines("neighbours"))
        subprocess.run([*self.far.prefix, sys.executable, STRANGER, "flood", self.far.address,
                        self.origin, str(FLOOD)], check=True)
        until(lambda: len(self.peers(self.b)) == MOST, "the flood is not seen")
        time.sleep(QUIET_SECONDS)
        peers = self.peers(self.b)
        check_equal(len(peers), MOST)
        for peer in peers:
            check(peer["address"].startswith("http://10.78.0."), peer)
            check(not peer["address"].endswith(":22"), peer)
        check(self.sees(self.b, self.a), "B lost A:", peers)
        check_equal(len(self.lines("neighbours")), known, "lines about neighbours")

    def stop_daemon(self):
        kill(self.b.link.daemons.pop("avahi"))
        until(lambda: not self.peers(self.b), "B sees somebody still")
        until(lambda: self.lines("event=neighbours_unseen"), "B does not say why")
        check(self.has_model(), "B does not serve")
        self.b.link.start_avahi()
        until(lambda: self.sees(self.b, self.a), "B does not find A again")
        check(len(self.lines("event=neighbours_unseen")) <= 2, "B says it again and again")

    def go_away(self):
        self.a.node.kill()
        until(lambda: not self.sees(self.b, self.a), "B does not forget A")
        check(self.has_model(), "B lost what it had")

    def run(self):
        try:
            go(self, self.begin, self.found, self.off, self.change_policy, self.flood,
               self.stop_daemon, self.go_away)
            print(f"B had found A {self.seconds:.1f} s after it followed it")
        finally:
            if self.stranger:
                kill(self.stranger)


lacking = local_network.missing()
if lacking:
    print(f"skipped: this machine has no {lacking}")
    sys.exit(SKIPPED)
with local_network.LocalNetwork() as lan:
    code = main(lambda program, work: Test(program, work, lan), TEST_SECONDS)
sys.exit(code)
