#!/usr/bin/env python3
"""Real processes and kill -9: kill.py PROGRAM

Rounds of push and pull, in which the client, the node or both are killed at random moments and run
again. After every kill the node must start by itself, and what can be seen must be whole:

  acknowledged  every commit that a push printed stays in the log, with its content
  nothing partial  a branch names the old files or the new, never a mixture; a file has its final
                name, in a folder or a cache, only with its right bytes; a cache's ref names a
                complete snapshot
  sound         `admin doctor` and `admin scrub` find no damage
  resumed       what passes the wire in all tries together is what is new, and for each kill at most
                what was in flight

Environment: BANYAN_SEED repeats a run, BANYAN_LONG=1 makes it 200 rounds, BANYAN_ROUNDS any number.
"""
import json
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time
import urllib.request

from banyan_program import Client, Node, Relay, files_below, git_oid, kill, sha256

ROUNDS = int(os.environ.get("BANYAN_ROUNDS", 200 if os.environ.get("BANYAN_LONG") else 12))
SEED = int(os.environ.get("BANYAN_SEED", 0)) or random.SystemRandom().randrange(1, 10**9)
RATE_BYTES = 12_000_000  # a second and direction, until the kill, so that there is time for it
PUSH_FLIGHT_BYTES = 3 * 4_500_000  # batches under way
PULL_FLIGHT_BYTES = 1_500_000  # begun chunks and socket buffers of the open connections
SLACK_BYTES = 300_000  # heads, manifests, chunk lists of one try
MB = 1_000_000


def check(truth, *what):
    if not truth:
        raise SystemExit("FAILED: " + " ".join(map(str, what)))


class Source:
    """A folder that changes from round to round as the folder of a model does."""

    def __init__(self, folder, random):
        self.folder, self.random = folder, random
        folder.mkdir()
        (folder / "README.md").write_text("---\nlicense: mit\n---\n# Killed\n")
        (folder / "sub").mkdir()
        for name, size in (("weights.bin", 8 * MB), ("part-0.bin", 2 * MB), ("sub/a.bin", MB)):
            (folder / name).write_bytes(random.randbytes(size))
        for i in range(20):
            (folder / "sub" / f"{i}.txt").write_text(f"text {i}\n")

    def change(self):
        random = self.random
        weights = bytearray((self.folder / "weights.bin").read_bytes())
        for _ in range(random.randint(1, 3)):
            at, size = random.randrange(len(weights)), random.randrange(1, MB)
            weights[at:at + size] = random.randbytes(random.choice((0, size, size + 7)))
        weights += random.randbytes(max(0, 8 * MB - len(weights)))
        (self.folder / "weights.bin").write_bytes(weights)
        number = random.randrange(6)
        (self.folder / f"part-{number}.bin").write_bytes(random.randbytes(random.randrange(3 * MB)))
        (self.folder / "sub" / f"{random.randrange(20)}.txt").write_text(f"{random.random()}\n")
        extra = self.folder / f"part-{random.randrange(6)}.bin"
        if random.random() < 0.3 and extra.exists():
            extra.unlink()

    def state(self):
        return {name: (sha256(self.folder / name), git_oid(self.folder / name))
                for name in files_below(self.folder)}


class Test:
    def __init__(self, program, work):
        self.random = random.Random(SEED)
        self.program, self.work = program, work
        self.node = Node(program, work, "--log-level", "warning", "--log-access", "false")

    def begin(self):
        self.first_starts()
        self.relay = Relay(self.node.port)
        program, work = self.program, self.work
        self.direct = Client(program, work / "direct", self.node.url, self.node.token)
        self.pusher = Client(program, work / "pusher", self.relay.url, self.node.token)
        self.puller = Client(program, work / "puller", self.relay.url)
        self.source = Source(work / "source", self.random)
        self.commits = []  # (id, state), oldest first, of acknowledged pushes
        self.at_node = {}  # chunk -> size
        self.kills = self.worst_push = self.worst_pull = 0
        self.direct.run("create", "operator/a")

    def first_starts(self):
        """Nor may a data directory that is only half made need a hand."""
        for _ in range(max(3, ROUNDS // 8)):
            self.node.launch()
            time.sleep(self.random.uniform(0, 0.12))
            self.node.kill()
            if self.random.random() < 0.3:
                shutil.rmtree(self.node.data, ignore_errors=True)
        self.node.start()

    def restart(self):
        while self.random.random() < 0.25:
            self.node.launch()
            time.sleep(self.random.uniform(0, 0.2))
            self.node.kill()
        self.node.start()

    def chunks(self, paths):
        """All chunks of these files, as {id: size}."""
        paths = [path for path in map(str, paths) if os.path.getsize(path) > 0]
        files = self.direct.json("hash", "--chunks", *paths) if paths else []
        return {chunk["id"]: chunk["size"] for file in files for chunk in file["chunks"]}

    def get(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.node.url + path, timeout=60) as answer:
            return answer.read()

    def run_with_kills(self, client, words, seconds, after_kill):
        """Runs a command until it ends well, killing it, the node or both on the way. Gives its
        result and the number of kills."""
        kills, output = 0, ""
        for victim in self.random.choices(("client", "node", "both"), k=self.random.randint(0, 3)):
            self.relay.rate_bytes = RATE_BYTES
            process = client.start(*words)
            time.sleep(self.random.uniform(0, seconds))
            if process.poll() is not None:  # it was faster
                output = client.finish(process)
                break
            kills += 1
            if victim != "node":
                kill(process)
            self.relay.rate_bytes = 0
            if victim != "client":
                self.node.kill()
                self.restart()
            if victim == "node":
                client.finish(process, may_fail=True)
            after_kill()
        self.relay.rate_bytes = 0
        self.kills += kills
        return json.loads(output or client.run(*words)), kills

    # --- push

    def push(self):
        self.source.change()
        state = self.source.state()
        wanted = self.chunks(self.source.folder / name for name in state)
        new = sum(size for chunk, size in wanted.items() if chunk not in self.at_node)
        before = self.relay.up_bytes
        words = ("push", self.source.folder, "operator/a", "--delete", "--json",
                 "-m", f"commit {len(self.commits)}")
        result, kills = self.run_with_kills(self.pusher, words, 0.3 + 1.2 * new / RATE_BYTES,
                                            lambda: self.check_branch(state))
        if result["commit"] is None:  # it was done before the kill, and only the answer was lost
            check(kills > 0, "a push found nothing to do")
            result["commit"] = self.direct.json("log", "operator/a", "-n", "1")[0]["id"]
        self.commits.append((result["commit"], state))
        self.at_node |= wanted
        self.check_branch(state)
        cost = self.relay.up_bytes - before
        print(f"  push: {new:,} new bytes, {kills} kills, {cost - new:,} bytes more on the wire")
        self.worst_push = max(self.worst_push, (cost - new) / max(1, kills))
        check(cost <= new * 1.01 + SLACK_BYTES * (1 + kills) + PUSH_FLIGHT_BYTES * kills,
              "a push that was killed sent too much again:", cost, "for", new)

    def check_branch(self, pending):
        """The branch is as the last acknowledged push left it, or as the pending one wants it."""
        log = [commit["id"] for commit in self.direct.json("log", "operator/a", "-n", "100000")]
        acknowledged = [commit for commit, _ in reversed(self.commits)]
        check([commit for commit in log if commit in acknowledged] == acknowledged,
              "acknowledged commits are not in the log")
        tree = json.loads(self.get(f"/api/models/operator/a/tree/{log[0]}?recursive=true"))
        seen = {item["path"]: item["lfs"]["oid"] if "lfs" in item else item["oid"]
                for item in tree if item["type"] == "file" and item["path"] != ".gitattributes"}
        last = self.commits[-1][1] if self.commits else {}
        matches = [seen.keys() == state.keys() and all(seen[p] in state[p] for p in seen)
                   for state in (last, pending)]
        check(any(matches), "the branch is neither the old folder nor the new:", sorted(seen))
        if seen:  # a file of it, whole
            path = self.random.choice(sorted(seen))
            content = self.get(f"/operator/a/resolve/{log[0]}/{path}")
            (self.work / "read").write_bytes(content)
            check(sha256(self.work / "read") in (last, pending)[matches.index(True)][path],
                  path, "has other bytes")

    # --- pull

    def pull(self):
        into_cache = self.random.random() < 0.5
        place = self.work / "cache" if into_cache else self.work / "folder"
        if self.random.random() < 0.2:
            shutil.rmtree(place, ignore_errors=True)
        self.puller.variables["BANYAN_CACHE"] = str(place)
        commit, state = self.random.choice(self.commits[-3:]) if self.random.random() < 0.3 \
            else self.commits[-1]
        revision = "" if commit == self.commits[-1][0] else "@" + commit
        words = ["pull", "operator/a" + revision, "--json"]
        words += [] if into_cache else ["--dest", place]
        if self.random.random() < 0.2:
            self.abandon_a_pull(words, self.check_cache if into_cache else self.check_folder, place)
        here = self.chunks(self.sources_of_pull(place, state, into_cache))
        wanted = self.wanted_chunks[commit]
        new = sum(size for chunk, size in wanted.items() if chunk not in here)
        before = self.relay.down_bytes
        check_place = self.check_cache if into_cache else self.check_folder
        result, kills = self.run_with_kills(self.puller, words, 0.1 + 1.2 * new / RATE_BYTES,
                                            lambda: check_place(place))
        cost = self.relay.down_bytes - before
        print(f"  pull: {new:,} new bytes, {kills} kills, {cost - new:,} bytes more on the wire")
        self.worst_pull = max(self.worst_pull, (cost - new) / max(1, kills))
        check_place(place)
        final = pathlib.Path(self.puller.home, result["place"])
        for path, (digest, _) in state.items():
            check(sha256(final / path) == digest, path, "was pulled with other bytes")
        check(result["commit"] == commit, "another commit was pulled")
        left = [str(path) for path in place.rglob("*.journal") if not path.with_suffix("").exists()]
        check(not left, "left over after a pull:", left)
        check(cost <= new * 1.01 + SLACK_BYTES * (1 + kills) + PULL_FLIGHT_BYTES * kills,
              "a pull that was killed fetched too much again:", cost, "for", new)

    def abandon_a_pull(self, words, check_place, place):
        """Of another revision, which nobody goes on with."""
        commit, _ = self.random.choice(self.commits)
        process = self.puller.start("pull", "operator/a@" + commit, *words[2:])
        time.sleep(self.random.uniform(0, 0.2))
        kill(process)
        check_place(place)

    def sources_of_pull(self, place, state, into_cache):
        if into_cache:
            return [p for p in place.rglob("blobs/*") if "." not in p.name]
        return [place / name for name in state if (place / name).is_file()]

    def check_folder(self, place):
        for name in files_below(place):
            digest = sha256(place / name)
            known = {state[name][0] for _, state in self.commits if name in state}
            check(name == ".gitattributes" or digest in known, name, "is not what was published")

    def check_cache(self, place):
        for blob in place.rglob("blobs/*"):
            if "." not in blob.name:
                check(blob.name in (sha256(blob), git_oid(blob)), blob, "has other bytes")
        states = dict(self.commits)
        for ref in place.rglob("refs/*"):
            snapshot = ref.parent.parent / "snapshots" / ref.read_text()
            for name, (digest, _) in states[ref.read_text()].items():
                check((snapshot / name).is_file(), "a ref names a snapshot without", name)
                check(sha256(snapshot / name) == digest, name, "of a snapshot has other bytes")

    # --- the node

    def upkeep(self):
        """Collects while being killed, then has the store examined, running or not."""
        if self.random.random() < 0.5:
            collecting = self.direct.start("admin", "gc", "--grace", "0")
            time.sleep(self.random.uniform(0, 0.1))
            self.node.kill()
            kill(collecting)
            self.kills += 1
        else:
            self.node.kill()
        is_running = self.random.random() < 0.5
        if is_running:
            self.restart()
        words = ("--data", self.node.data, "--json")
        check(json.loads(self.direct.run("admin", "doctor", *words))["healthy"], "doctor")
        scrubbed = json.loads(self.direct.run("admin", "scrub", *words))
        check(scrubbed["complete"] and not scrubbed["damaged"], "scrub:", scrubbed)
        if not is_running:
            self.restart()

    def check_everything(self):
        """Every acknowledged commit, file by file."""
        place = self.work / "all"
        for commit, state in self.commits:
            self.direct.run("pull", "operator/a@" + commit, "--dest", place, "--quiet")
            for path, (digest, _) in state.items():
                check(sha256(place / path) == digest, path, "of", commit, "has other bytes")
        self.direct.run("verify", place, "operator/a@" + self.commits[-1][0])

    def run(self):
        self.begin()
        self.wanted_chunks = {}
        for number in range(ROUNDS):
            print(f"round {number}")
            self.push()
            self.wanted_chunks[self.commits[-1][0]] = self.chunks(
                self.source.folder / name for name in self.commits[-1][1])
            self.pull()
            self.upkeep()
        self.check_everything()
        print(f"{ROUNDS} rounds, {self.kills} kills, {len(self.commits)} commits; at most "
              f"{self.worst_push:,.0f} and {self.worst_pull:,.0f} bytes more a kill")


def main():
    print(f"seed {SEED}: repeat with BANYAN_SEED={SEED} BANYAN_ROUNDS={ROUNDS}", flush=True)
    sys.stdout.reconfigure(line_buffering=True)
    work = pathlib.Path(tempfile.mkdtemp())
    test = Test(os.path.abspath(sys.argv[1]), work)
    try:
        test.run()
    finally:
        test.node.stop()
        if not os.environ.get("BANYAN_KEEP"):
            shutil.rmtree(work, ignore_errors=True)


main()
