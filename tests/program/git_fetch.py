#!/usr/bin/env python3
"""The real git clones and fetches from a node: git_fetch.py PROGRAM

  cloned     with and without .git, a dataset too; what git has is what the API shows
  protocols  versions 2, 1 and 0 of the protocol give the same
  fetched    a commit that came later, a new branch, a tag; nothing when there is nothing new
  many       a request that git codes with gzip
  counted    what a large history reaches is noted in a bitmap once, not with each commit
  partial    shallow clones that are deepened later; clones without files, which come when wanted
  private    a stranger is told the same of what is private and what is not; a token opens it
  gated      who was not accepted is refused
  mirrored   another node serves the newest commit, which git pushed, and all when it has all files
  withheld   what was taken down is not cloned, here and there
  slow       who sends a request slowly, on many connections, holds up nobody
  stopped    a client that goes away leaves no git behind
"""
import json
import os
import pathlib
import subprocess
import time

from git_program import Git, skip_without, with_token
from place import Place, check, check_equal, stall
from stepwise import go, main

TEST_SECONDS = 550
NAME = "lab/model"


class Test:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.git = Git(work / "git")
        self.places = []
        self.a = self.place("A")
        self.a.operator.run("admin", "orgs", "create", "lab", "operator")

    def place(self, name):
        place = Place(self.program, self.work, name)
        self.places.append(place)
        return place

    def run(self):
        go(self, self.cloned, self.protocols, self.fetched, self.many, self.counted, self.partial,
           self.private, self.gated, self.slow, self.stopped, self.mirrored, self.withheld)

    def url(self, path=NAME, place=None):
        return f"{(place or self.a).node.url}/{path}"

    def push(self, name=NAME, **files):
        folder = self.work / "source"
        folder.mkdir(exist_ok=True)
        for path, content in files.items():
            at = folder / path.replace("__", "/")
            at.parent.mkdir(exist_ok=True)
            at.write_bytes(content.encode() if isinstance(content, str) else content)
        self.a.operator.run("push", folder, name, "--create")
        return self.a.json(f"/api/models/{NAME}")["sha"] if name == NAME else ""

    def log(self, folder, revision="HEAD"):
        return self.git.run("log", "--format=%H", revision, folder=folder).split()

    def commits(self, place=None):
        shown = (place or self.a).json(f"/api/models/{NAME}/commits/main")
        return [commit["id"] for commit in shown]

    def cloned(self):
        self.push(README="# One\n", sub__a="text\n", weights=os.urandom(50_000))
        self.push(README="# Two\n", sub__b="more\n")
        for number, path in enumerate((NAME, NAME + ".git")):
            folder = self.git.clone(self.url(path), f"clone-{number}")
            check_equal(self.log(folder), self.commits())
            check_equal((folder / "README").read_text(), "# Two\n")
            pointer = (folder / "weights").read_text()
            check(pointer.startswith("version https://git-lfs.github.com/spec/v1\n"), pointer)
            tree = {path: oid for path, (kind, oid, _) in self.a.tree(f"models/{NAME}").items()
                    if kind == "file"}
            listed = self.git.run("ls-tree", "-r", "HEAD", folder=folder).splitlines()
            check_equal({line.split("\t")[1]: line.split()[2] for line in listed}, tree)
            check_equal(self.git.run("symbolic-ref", "HEAD", folder=folder).strip(),
                        "refs/heads/main")
        self.a.operator.run("push", self.work / "source", "datasets/operator/words", "--create")
        folder = self.git.clone(self.url("datasets/operator/words"), "words")
        check_equal((folder / "sub" / "a").read_text(), "text\n")
        said = self.git.refused("clone", self.url(NAME + "/resolve"), "none")
        check("not found" in said.lower(), said)

    def protocols(self):
        heads = set()
        for version in (2, 1, 0):
            folder = self.git.clone(self.url(), f"version-{version}", "--config",
                                    f"protocol.version={version}")
            heads.add(tuple(self.log(folder)))
        check_equal(len(heads), 1)

    def fetched(self):
        folder = self.git.home / "clone-0"
        check_equal(self.git.run("fetch", folder=folder), "")
        self.push(sub__c="third\n")
        self.a.operator.run("branch", "create", NAME, "side")
        self.a.operator.run("tag", "create", NAME, "v1", "-m", "first release")
        self.git.run("fetch", "--quiet", "--tags", folder=folder)
        refs = self.git.run("for-each-ref", "--format=%(objecttype) %(refname)", folder=folder)
        check("commit refs/remotes/origin/side\n" in refs, refs)
        check("tag refs/tags/v1\n" in refs, refs)
        self.git.run("pull", "--quiet", "--ff-only", folder=folder)
        check_equal(self.log(folder), self.commits())
        self.git.run("fsck", "--strict", folder=folder)
        remote = self.git.run("ls-remote", self.url()).split()
        check_equal(sorted(remote[1::2]), ["HEAD", "refs/heads/main", "refs/heads/side",
                                           "refs/tags/v1", "refs/tags/v1^{}"])

    def many(self):
        """A clone with many commits of its own asks with many ids."""
        folder = self.git.clone(self.url(), "many")
        for number in range(120):
            self.git.commit(folder, f"own {number}")
        self.push(sub__d="fourth\n")
        said = self.git.run("fetch", folder=folder, GIT_TRACE_CURL="1", GIT_TRACE_CURL_NO_DATA="1")
        check("content-encoding: gzip" in said.lower(), "no request was coded")
        check_equal(self.log(folder, "origin/main"), self.commits())

    def counted(self):
        def bitmaps():
            return sorted(self.a.node.data.glob("git/*/objects/pack/multi-pack-index-*.bitmap"))
        check_equal(bitmaps(), [])
        texts = {f"large_{number}": os.urandom(300_000).hex() for number in range(5)}
        self.push(**texts)
        for number in range(2):
            folder = self.git.clone(self.url(), f"counted-{number}")
            check_equal(self.log(folder), self.commits())
            check_equal((folder / "large_4").read_text(), texts["large_4"])
            self.git.run("fsck", "--strict", folder=folder)
            if number == 0:
                written = bitmaps()
                check_equal(len(written), 1)
                self.push(sub__e="fifth\n")
        check_equal(bitmaps(), written)

    def partial(self):
        folder = self.git.clone(self.url(), "shallow", "--depth", "1")
        check_equal(len(self.log(folder)), 1)
        self.git.run("fetch", "--quiet", "--deepen", "1", folder=folder)
        check_equal(len(self.log(folder)), 2)
        self.git.run("fetch", "--quiet", "--unshallow", folder=folder)
        check_equal(self.log(folder), self.commits())
        for version in (2, 0):
            name = f"blobless-{version}"
            self.git.run("clone", "--quiet", "--filter=blob:none", "--no-checkout", "--config",
                         f"protocol.version={version}", self.url(), name)
            folder = self.git.home / name
            missing = self.git.run("rev-list", "--objects", "--missing=print", "HEAD",
                                   folder=folder)
            check("\n?" in missing, "it has all files")
            self.git.run("checkout", "--quiet", "main", folder=folder)
            check_equal((folder / "sub" / "d").read_text(), "fourth\n")

    def private(self):
        self.a.operator.run("create", "operator/secret", "--private")
        self.push("operator/secret", README="# Secret\n")
        said = [self.git.refused("clone", self.url(f"operator/{name}"), "denied").replace(name, "")
                for name in ("secret", "nothing")]
        check_equal(said[0], said[1])
        check("could not read Username" in said[0], said[0])
        bob = self.a.operator
        bob.run("admin", "users", "create", "bob")
        token = bob.run("admin", "tokens", "create", "bob", "laptop").split()
        token = next(word for word in token if word.startswith("hf_bnyn"))
        said = [self.git.refused("clone", with_token(self.url(f"operator/{name}"), token), "denied")
                .replace(name, "") for name in ("secret", "nothing")]
        check_equal(said[0], said[1])
        check("not found" in said[0], said[0])
        secret = with_token(self.url("operator/secret"), self.a.node.token)
        folder = self.git.clone(secret, "secret")
        check_equal((folder / "README").read_text(), "# Secret\n")
        wrong = with_token(self.url("operator/secret"), "hf_bnynThisIsNoToken")
        said = self.git.refused("clone", wrong, "wrong")
        check("Authentication failed" in said, said)
        self.bob_token = token

    def gated(self):
        settings = json.dumps({"gated": "manual"}).encode()
        self.a.json(f"/api/models/{NAME}/settings", method="PUT", token=self.a.node.token,
                    body=settings)
        said = self.git.refused("clone", with_token(self.url(), self.bob_token), "gated")
        check("restricted" in said and "403" in said, said)
        self.git.clone(with_token(self.url(), self.a.node.token), "gated")
        settings = json.dumps({"gated": False}).encode()
        self.a.json(f"/api/models/{NAME}/settings", method="PUT", token=self.a.node.token,
                    body=settings)

    def gits(self):
        """Processes of git that the node has started."""
        found = []
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == self.a.node.process.pid and fields[0] != "Z":
                found.append(stat.parent.name)
        return found

    def slow(self):
        begin = (f"POST /{NAME}/git-upload-pack HTTP/1.1\r\nHost: localhost\r\n"
                 "Content-Type: application/x-git-upload-pack-request\r\n"
                 "Content-Length: 1000\r\n\r\n0011").encode()
        slow = stall(self.a.node.port, begin, 40)
        time.sleep(1)
        begun = time.monotonic()
        self.git.clone(self.url(), "beside")
        check(time.monotonic() - begun < 15, "a clone waited for those who send slowly")
        for one in slow:
            one.close()

    def stopped(self):
        """While it sends something large, to a client that reads nothing and is killed."""
        folder = self.work / "large"
        folder.mkdir()
        for number in range(8):
            (folder / f"{number}.txt").write_bytes(os.urandom(4_000_000).hex().encode())
        self.a.operator.run("push", folder, "operator/large", "--create")
        reader = subprocess.Popen(
            ["curl", "-sN", "--limit-rate", "1k", "-H", "Git-Protocol: version=2", "-H",
             "Content-Type: application/x-git-upload-pack-request", "--data-binary", "@-",
             self.url("operator/large/git-upload-pack")], stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL)
        head = self.a.json("/api/models/operator/large")["sha"]
        line = f"want {head}\n"
        reader.stdin.write(b"0011command=fetch0001" + f"{len(line) + 4:04x}{line}".encode() +
                           b"0009done\n0000")
        reader.stdin.close()
        deadline = time.monotonic() + 200
        while not self.gits():
            check(time.monotonic() < deadline and reader.poll() is None, "git was not started")
            time.sleep(0.02)
        reader.kill()
        reader.wait()
        while self.gits():
            check(time.monotonic() < deadline, "git goes on for nobody")
            time.sleep(0.1)

    def mirrored(self):
        folder = self.git.clone(with_token(self.url(), self.a.node.token), "pusher")
        self.git.commit(folder, "pushed by git", README="# By git\n")
        self.git.run("push", folder=folder)
        self.b = self.place("B")
        node = self.a.json("/fed/info")["node"]
        self.b.operator.run("peer", "add", self.a.node.url)
        self.b.operator.run("follow", node)
        deadline = time.monotonic() + 90
        while NAME not in self.b.listed() or self.commits(self.b) != self.commits():
            check(time.monotonic() < deadline, "B has not mirrored it")
            self.b.sync()
            time.sleep(0.5)
        folder = self.git.clone(self.url(place=self.b), "mirrored")
        check_equal(self.log(folder), self.commits()[:1])
        check_equal((folder / "README").read_text(), "# By git\n")
        (self.b.node.data / "policy.toml").write_text('[[select]]\nhistory = "all"\n')
        deadline = time.monotonic() + 90
        while self.log(folder) != self.commits():
            check(time.monotonic() < deadline, "B has not all of it")
            self.b.sync()
            time.sleep(1)
            self.git.run("fetch", "--quiet", "--unshallow", folder=folder)
        remote = [self.git.run("ls-remote", self.url(place=place)) for place in (self.a, self.b)]
        check_equal(remote[0], remote[1])
        said = self.git.refused("push", with_token(self.url(place=self.b), self.b.node.token),
                                "HEAD:refs/heads/new", folder=folder)
        check("403" in said, said)

    def withheld(self):
        self.a.operator.run("takedown", NAME, "--reason", "court")
        said = self.git.refused("clone", self.url(), "withheld")
        check("451" in said, said)


if __name__ == "__main__":
    skip_without("git")
    raise SystemExit(main(Test, TEST_SECONDS))
