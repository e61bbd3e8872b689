#!/usr/bin/env python3
"""The real git pushes to a node: git_push.py PROGRAM

  pushed     commits, a merge, a branch, tags; what the API shows, and another clone gets, is that
  addresses  with and without ".git", of a model and of a dataset
  described  the card of what was pushed is read
  large      a push that git sends in pieces of unknown length, after asking whether it may
  shallow    from a shallow clone
  moved      who pushes without the newest commit is told to fetch; with --force a branch goes
             anywhere; branches and tags are deleted, the default branch is not
  raced      of pushes at the same moment exactly one wins, the others are told to fetch
  slow       who sends slowly, on many connections, holds up nobody who fetches or pushes
  strangers  nobody pushes without the right to
  refused    each thing that may not be in a repository, with its path and what to do; nothing of
             it is kept
  hostile    packs that are no packs, lie, or inflate without end
  bounded    more than git.max_push is refused in git's own words, and what fits is taken
  quota      a namespace that is full takes nothing, and what was refused is not kept
  killed     a node that is killed in the middle of a push has all of it, or nothing
"""
import hashlib
import json
import os
import struct
import subprocess
import time
import urllib.error
import urllib.request
import zlib

from banyan_program import kill
from git_program import Git, skip_without, with_token
from place import OPENER, Place, check, check_equal, stall
from stepwise import go, main

TEST_SECONDS = 500
NAME = "operator/model"
KILLS = int(os.environ.get("BANYAN_ROUNDS", 6))


class Test:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.git = Git(work / "git")
        self.places = []
        self.a = Place(program, work, "A")
        self.places.append(self.a)

    def run(self):
        go(self, self.pushed, self.addresses, self.described, self.large, self.shallow, self.moved,
           self.raced, self.slow, self.strangers, self.refused, self.hostile, self.bounded,
           self.quota, self.killed)

    def url(self, path=NAME):
        return with_token(f"{self.a.node.url}/{path}", self.a.node.token)

    def head(self, revision="main", name=NAME):
        path = f"/api/models/{name}/revision/{revision}"
        return self.a.json(path, token=self.a.node.token)["sha"]

    def refs(self, name=NAME):
        shown = self.a.json(f"/api/models/{name}/refs", token=self.a.node.token)
        return {ref["ref"]: ref["targetCommit"] for kind in ("branches", "tags")
                for ref in shown[kind]}

    def files(self, name=NAME):
        return {path for path, (kind, _, _) in self.a.tree(f"models/{name}").items()
                if kind == "file"}

    def pushed(self):
        self.a.operator.run("create", NAME)
        folder = self.folder = self.git.clone(self.url(), "one")
        git = self.git
        head = git.commit(folder, "add", README_md="---\nlicense: mit\n---\n# One\n",
                          sub__config_json='{"model_type": "llama"}\n')
        git.run("push", folder=folder)
        check_equal(self.head(), head)
        check_equal(self.files(), {".gitattributes", "README.md", "sub/config.json"})
        git.run("checkout", "-q", "-b", "side", folder=folder)
        side = git.commit(folder, "on the side", side_txt="side\n")
        git.run("checkout", "-q", "main", folder=folder)
        git.commit(folder, "on main", main_txt="main\n")
        git.run("merge", "-q", "--no-ff", "-m", "merge", "side", folder=folder)
        merge = git.run("rev-parse", "HEAD", folder=folder).strip()
        git.run("tag", "light", folder=folder)
        git.run("tag", "-a", "-m", "first", "v1", folder=folder)
        git.run("push", "origin", "main", "side", "light", "v1", folder=folder)
        check_equal(self.refs(), {"refs/heads/main": merge, "refs/heads/side": side,
                                  "refs/tags/light": merge, "refs/tags/v1": merge})
        shown = [c["id"] for c in self.a.json(f"/api/models/{NAME}/commits/main")]
        other = git.clone(self.url(), "other")
        check_equal(sorted(shown), sorted(git.run("log", "--format=%H", folder=other).split()))
        check_equal(git.run("cat-file", "-t", "v1", folder=other).strip(), "tag")
        said = git.run("push", folder=folder)  # git 2.55 warns of the address without the token
        check_equal(said.splitlines()[-1], "Everything up-to-date", said)

    def addresses(self):
        git = self.git
        for kind, path in ("models", "operator/names"), ("datasets", "datasets/operator/names"):
            self.a.operator.run("create", path)
            folder = git.clone(self.url(path + ".git"), "names-of-" + kind)
            for address in (path + ".git", path):
                git.run("remote", "set-url", "origin", self.url(address), folder=folder)
                head = git.commit(folder, "to " + address)
                git.run("push", folder=folder)
                shown = self.a.json(f"/api/{kind}/operator/names/revision/main")
                check_equal(shown["sha"], head, address)

    def described(self):
        info = self.a.json(f"/api/models/{NAME}")
        check("license:mit" in info["tags"], info["tags"])

    def large(self):
        git, folder = self.git, self.folder
        for number in range(4):
            git.commit(folder, f"large {number}", **{f"l{number}_txt": os.urandom(2_000_000).hex()})
        said = git.run("push", folder=folder, GIT_TRACE_CURL="1", GIT_TRACE_CURL_NO_DATA="1")
        check("transfer-encoding: chunked" in said.lower(), "it was not sent in pieces")
        check_equal(self.head(), git.run("rev-parse", "HEAD", folder=folder).strip())

    def shallow(self):
        git = self.git
        folder = git.clone(self.url(), "shallow", "--depth", "1")
        head = git.commit(folder, "from above", shallow_txt="s\n")
        git.run("push", folder=folder)
        check_equal(self.head(), head)

    def moved(self):
        git, folder = self.git, self.folder
        git.commit(folder, "without the newest", late_txt="late\n")
        said = git.refused("push", folder=folder)
        check("fetch first" in said, said)
        git.run("pull", "-q", "--rebase", folder=folder)
        git.run("push", folder=folder)
        before = self.head()
        git.run("reset", "-q", "--hard", "HEAD~2", folder=folder)
        head = git.commit(folder, "another way", way_txt="w\n")
        check("non-fast-forward" in git.refused("push", folder=folder), "it was not refused")
        check_equal(self.head(), before)
        git.run("push", "--force", folder=folder)
        check_equal(self.head(), head)
        check_equal(self.head(before), before, "the commits of before can be named")
        git.run("push", "origin", ":side", ":refs/tags/light", folder=folder)
        check_equal(set(self.refs()), {"refs/heads/main", "refs/tags/v1"})
        said = git.refused("push", "origin", ":main", folder=folder)
        check("deletion of the current branch prohibited" in said or "default branch" in said, said)
        git.run("tag", "-f", "-a", "-m", "again", "v1", folder=folder)
        check("already exists" in git.refused("push", "origin", "v1", folder=folder), "tag moved")
        git.run("push", "--force", "origin", "v1", folder=folder)
        check_equal(self.refs()["refs/tags/v1"], head)

    def raced(self):
        git = self.git
        folders = [git.clone(self.url(), f"race-{number}") for number in range(4)]
        heads = [git.commit(folder, f"race {number}", race_txt=f"{number}\n")
                 for number, folder in enumerate(folders)]
        running = [git.start("push", cwd=folder) for folder in folders]
        said = [process.communicate()[0] for process in running]
        won = [number for number, process in enumerate(running) if process.returncode == 0]
        check_equal(len(won), 1, said)
        check_equal(self.head(), heads[won[0]])
        for number, text in enumerate(said):
            check(number in won or "fetch first" in text, text)
        git.run("pull", "-q", "--rebase", folder=self.folder)

    def slow(self):
        begin = (f"POST /{NAME}/git-receive-pack HTTP/1.1\r\nHost: localhost\r\n"
                 f"Authorization: Bearer {self.a.node.token}\r\n"
                 "Content-Type: application/x-git-receive-pack-request\r\n"
                 "Content-Length: 1000\r\n\r\n00").encode()
        slow = stall(self.a.node.port, begin, 20)
        time.sleep(1)
        begun = time.monotonic()
        self.git.clone(f"{self.a.node.url}/{NAME}", "beside")  # somebody without an account
        check(time.monotonic() - begun < 15, "a clone waited for another's pushes")
        operator = self.a.operator
        operator.run("admin", "users", "create", "eve")
        words = operator.run("admin", "tokens", "create", "eve", "laptop").split()
        token = next(word for word in words if word.startswith("hf_bnyn"))
        body = json.dumps({"name": "mine"}).encode()
        self.a.json("/api/repos/create", method="POST", token=token, body=body)
        folder = self.git.clone(with_token(f"{self.a.node.url}/eve/mine", token), "of-eve")
        self.git.commit(folder, "one", a_txt="a\n")
        self.git.run("push", folder=folder)
        check(time.monotonic() - begun < 15, "a push waited for another's pushes")
        for one in slow:
            one.close()

    def strangers(self):
        git, folder = self.git, self.folder
        plain = f"{self.a.node.url}/{NAME}"
        before = self.refs()
        said = git.refused("push", plain, "HEAD:refs/heads/mine", folder=folder)
        check("could not read Username" in said, said)
        operator = self.a.operator
        operator.run("admin", "users", "create", "bob")
        words = operator.run("admin", "tokens", "create", "bob", "laptop").split()
        token = next(word for word in words if word.startswith("hf_bnyn"))
        said = git.refused("push", with_token(plain, token), "HEAD:refs/heads/mine", folder=folder)
        check("403" in said and "your role in the namespace" in said, said)
        words = operator.run("admin", "tokens", "create", "operator", "reader", "--role",
                             "read").split()
        token = next(word for word in words if word.startswith("hf_bnyn"))
        said = git.refused("push", with_token(plain, token), "HEAD:refs/heads/mine", folder=folder)
        check("403" in said, said)
        said = git.refused("push", self.url("operator/none"), "HEAD:main", folder=folder)
        check("not found" in said, said)
        check_equal(self.refs(), before)

    def refused(self):
        git = self.git
        before = self.refs(), self.files()

        def refuse(*words, make, push=("push", "origin", "HEAD:main")):
            folder = git.home / "bad"
            if folder.exists():
                subprocess.run(["rm", "-rf", folder], check=True)
            git.clone(self.url(), "bad")
            make(folder)
            said = git.refused(*push, folder=folder)
            for word in words:
                check(word in said, repr(word), "is not in:\n", said)
            check_equal((self.refs(), self.files()), before)

        def symlink(target):
            def make(folder):
                os.symlink(target, folder / "link")
                git.commit(folder, "link")
            return make

        def tree_of(*lines):
            """A commit of a tree that git itself would not check out."""
            def make(folder):
                blob = git.run("hash-object", "-w", "README.md", folder=folder).strip()
                text = "".join(line.replace("BLOB", blob) + "\n" for line in lines)
                made = subprocess.run(["git", "mktree", "--missing"], cwd=folder, text=True,
                                      input=text, env=git.variables, capture_output=True)
                commit = git.run("commit-tree", "-p", "HEAD", "-m", "bad", made.stdout.strip(),
                                 folder=folder).strip()
                git.run("update-ref", "HEAD", commit, folder=folder)
            return make

        refuse("big.txt", "git lfs migrate import",
               make=lambda folder: git.commit(folder, "big", big_txt=b"x" * (11 << 20)))
        pointer = ("version https://git-lfs.github.com/spec/v1\noid sha256:" + "7" * 64 +
                   "\nsize 12345\n")
        refuse("git lfs push --all", "model.bin", make=lambda folder: git.commit(
            folder, "pointer", model_bin=pointer))
        refuse("link", "leads out", make=symlink("../../etc/passwd"))
        refuse("link", "leads out", make=symlink("/etc/passwd"))
        refuse("module", "submodules", make=tree_of("160000 commit " + "1" * 40 + "\tmodule"))
        refuse("back\\slash", make=tree_of("100644 blob BLOB\tback\\slash"))
        refuse("only by case", make=tree_of("100644 blob BLOB\tReadme", "100644 blob BLOB\tREADME"))
        refuse("hasDotgit", make=tree_of("100644 blob BLOB\t.git"))
        refuse("safetensors", make=lambda folder: git.commit(
            folder, "weights", model_safetensors=b"\2\0\0\0\0\0\0\0{}!"))
        refuse("only branches", make=lambda folder: git.commit(folder, "x", x="x"),
               push=("push", "origin", "HEAD:refs/pr/1"))
        refuse("refs/heads/" + "1" * 40, make=lambda folder: git.commit(folder, "x", x="x"),
               push=("push", "origin", "HEAD:refs/heads/" + "1" * 40))
        # Of several refs none moves when one may not.
        refuse("only branches", make=lambda folder: git.commit(folder, "x", x="x"),
               push=("push", "origin", "HEAD:main", "HEAD:refs/pr/1"))
        folder = git.clone(self.url(), "inside")
        os.symlink("../README.md", folder / "sub" / "link")
        git.commit(folder, "a link that stays inside")
        git.run("push", folder=folder)
        check("sub/link" in self.files(), self.files())

    def send(self, commands, pack, timeout=120):
        """What receive-pack's route answers to these bytes."""
        body = b"".join(f"{len(c) + 4:04x}".encode() + c for c in commands) + b"0000" + pack
        request = urllib.request.Request(
            f"{self.a.node.url}/{NAME}/git-receive-pack", data=body, headers={
                "Content-Type": "application/x-git-receive-pack-request",
                "Authorization": "Bearer " + self.a.node.token})
        try:
            with OPENER.open(request, timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def hostile(self):
        before = self.refs()
        old = self.head().encode()
        new = b"1" * 40
        command = [old + b" " + new + b" refs/heads/main\0 report-status\n"]

        def pack(count, *objects):
            data = b"PACK" + struct.pack(">II", 2, count) + b"".join(objects)
            return data + hashlib.sha1(data).digest()

        def header(kind, size):
            out, byte = b"", kind << 4 | size & 15
            size >>= 4
            while size:
                out += bytes([byte | 0x80])
                byte, size = size & 0x7f, size >> 7
            return out + bytes([byte])

        def varint(number):
            out = b""
            while number >= 0x80:
                out += bytes([number & 0x7f | 0x80])
                number >>= 7
            return out + bytes([number])

        base = b"x" * (1 << 20)
        base_id = hashlib.sha1(b"blob %d\0" % len(base) + base).digest()
        copies = 40_000  # 40 GB out of a few bytes
        delta = varint(len(base)) + varint(copies * len(base)) + b"\xf0\x00\x00\x10" * copies
        bomb = pack(2, header(3, len(base)) + zlib.compress(base, 9),
                    header(7, len(delta)) + base_id + zlib.compress(delta, 9))
        squash = zlib.compressobj(9)
        zeros = b"".join(squash.compress(bytes(1 << 20)) for _ in range(2048)) + squash.flush()
        tries = {
            "nothing": b"", "no pack": b"hello", "short": pack(3, b""),
            "count": b"PACK" + struct.pack(">II", 2, 0xffffffff),
            "no base": pack(1, header(7, 10) + b"7" * 20 + zlib.compress(b"0123456789")),
            "delta bomb": bomb, "zeros": pack(1, header(3, 2 << 30) + zeros),
            "empty": pack(0),
        }
        for what, data in tries.items():
            begun = time.monotonic()
            status, answer = self.send(command, data)
            check(b"ok refs/" not in answer, what, answer[:300])
            check(status in (200, 400, 413, 503), what, status, answer[:300])
            check_equal(self.refs(), before, what)
            print(f"        {what}: {time.monotonic() - begun:.1f} s, {status} {answer[:90]}")
        for body in (b"zzzz", b"0001", b"ffff", b"00"):
            status, answer = self.send([], body)
            check(b"ok refs/" not in answer and status in (200, 400), body, status, answer[:300])
        check_equal(self.refs(), before)
        left = [path for path in (self.a.node.data / "git").iterdir()
                if path.name.startswith("push-")]
        check_equal(left, [])

    def bounded(self):
        place = Place(self.program, self.work, "B", "--git-max-push", "1 MB")
        self.places.append(place)
        place.operator.run("create", NAME)
        git = self.git
        folder = git.clone(with_token(f"{place.node.url}/{NAME}", place.node.token), "bounded")
        git.commit(folder, "too much", large_txt=os.urandom(2_000_000).hex())
        for options in (), ("-c", "http.postBuffer=100000000"):  # in pieces, and with a length
            said = git.refused(*options, "push", folder=folder)
            check("git.max_push" in said and "remote rejected" in said, said)
        git.run("reset", "-q", "--hard", "HEAD~1", folder=folder)
        git.commit(folder, "less", small_txt=os.urandom(200_000).hex())
        git.run("push", folder=folder)

    def quota(self):
        git = self.git
        folder = git.clone(self.url(), "full")
        git.commit(folder, "more", more_txt=os.urandom(300_000).hex())
        self.a.operator.run("admin", "quotas", "set", "operator", "1MB")
        before = self.refs()
        said = git.refused("push", folder=folder)
        check("quota" in said.lower(), said)
        check_equal(self.refs(), before)
        # Of what is refused little is stored, however often it is tried.
        (account,) = (account for account in self.a.operator.json("admin", "quotas", "list")
                      if account["name"] == "operator")
        limit = account["used_bytes"] + 1_500_000
        self.a.operator.run("admin", "quotas", "set", "operator", str(limit))
        stored = self.stored()
        for number in range(6):
            git.commit(folder, "much", **{f"much{number}_{at}_txt": os.urandom(400_000).hex()
                                          for at in range(4)})
            said = git.refused("push", folder=folder)
            check("quota" in said.lower(), said)
        check_equal(self.refs(), before)
        grown = self.stored() - stored
        check(grown < 2 * 1_500_000, grown)
        # Nor of what is so much that it is refused while it is sent.
        git.commit(folder, "far more", **{f"far{number}_txt": os.urandom(4_000_000).hex()
                                          for number in range(10)})
        said = git.refused("push", folder=folder)
        check("quota" in said.lower() and "remote rejected" in said, said)
        check_equal(self.refs(), before)
        check(self.stored() - stored <= grown, self.stored(), stored, grown)
        self.a.operator.run("admin", "quotas", "set", "operator", "default")
        git.run("push", folder=folder)

    def stored(self):
        return self.a.operator.json("admin", "stats")["stored_bytes"]

    def killed(self):
        git = self.git
        folder = git.clone(self.url(), "killed")
        for number in range(KILLS):
            before = self.head()
            after = git.commit(folder, f"kill {number}", killed_txt=os.urandom(3_000_000).hex())
            pushing = git.start("push", cwd=folder)
            time.sleep(0.05 + 0.25 * number)
            kill(self.a.node.process)
            said = pushing.communicate()[0]
            self.a.node.start()
            head = self.head()
            check(head in (before, after), head, before, after)
            check(head == after or pushing.returncode != 0, "it was lost:", said)
            check_equal([p.name for p in (self.a.node.data / "git").iterdir()], [])
            git.run("push", folder=folder)
            check_equal(self.head(), after)
        git.clone(self.url(), "sound")
        self.a.operator.run("admin", "doctor")


if __name__ == "__main__":
    skip_without("git")
    raise SystemExit(main(Test, TEST_SECONDS))
