#!/usr/bin/env python3
"""The real git-lfs and a node: git_lfs.py PROGRAM

  pushed     large files of a push: bytes as the API serves them, pointers in git
  cloned     a clone brings them; without them, and later with `git lfs pull`
  private    a stranger is asked to sign in; a token in the address is enough
  cut        an upload that is killed in the middle goes on with the next push, and what had arrived
             whole is not sent again
  resumed    a download whose connection breaks goes on where it stopped
"""
import os
import time

from banyan_program import Relay, sha256
from git_program import Git, skip_without, with_token
from place import Place, check, check_equal
from stepwise import go, main

TEST_SECONDS = 300
NAME = "operator/model"
MIB = 1 << 20
RATE_BYTES = 8 * MIB


class CuttingRelay(Relay):
    """Breaks the connection that brings the client more than so much, once."""
    cut_after_bytes = 0

    def changed(self, block, is_up):
        if not is_up and 0 < self.cut_after_bytes < self.down_bytes:
            self.cut_after_bytes = 0
            raise OSError("cut")
        return block


class Test:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.git = Git(work / "git")
        self.git.run("lfs", "install", "--skip-repo")
        self.places = []
        self.a = Place(program, work, "A")
        self.places.append(self.a)
        self.relay = CuttingRelay(self.a.node.port)

    def run(self):
        go(self, self.pushed, self.cloned, self.private, self.cut, self.resumed)

    def url(self, path=NAME, base=""):
        return with_token(f"{base or self.a.node.url}/{path}", self.a.node.token)

    def served(self, path, name=NAME):
        status, body = self.a.get(f"/{name}/resolve/main/{path}", token=self.a.node.token)
        check_equal(status, 200, path, body[:200])
        return body

    def pushed(self):
        self.a.operator.run("create", NAME)
        folder = self.folder = self.git.clone(self.url(), "one")
        self.weights = os.urandom(20 * MIB)
        (folder / "empty.bin").write_bytes(b"")
        self.git.commit(folder, "weights", model_bin=self.weights, sub__more_bin=os.urandom(MIB))
        said = self.git.run("push", folder=folder)
        check("Uploading LFS objects: 100%" in said, said)
        check(self.served("model.bin") == self.weights, "other bytes are served")
        text = self.git.run("cat-file", "-p", "HEAD:model.bin", folder=folder)
        check(text.startswith("version https://git-lfs.github.com/spec/v1\n"), text)
        items = {item["path"]: item for item in self.a.json(f"/api/models/{NAME}/tree/main")}
        check_equal(items["model.bin"]["lfs"]["size"], len(self.weights))

    def cloned(self):
        folder = self.git.clone(self.a.node.url + "/" + NAME, "full")
        check((folder / "model.bin").read_bytes() == self.weights, "other bytes were cloned")
        folder = self.git.clone(self.url(), "thin", GIT_LFS_SKIP_SMUDGE="1")
        check((folder / "model.bin").stat().st_size < 200, "it is no pointer")
        self.git.run("lfs", "pull", folder=folder)
        check_equal(sha256(folder / "model.bin"), sha256(self.folder / "model.bin"))
        self.git.run("lfs", "fsck", folder=folder)

    def private(self):
        self.a.operator.run("create", "operator/secret", "--private")
        folder = self.git.clone(self.url("operator/secret"), "secret")
        content = os.urandom(MIB)
        self.git.commit(folder, "weights", model_bin=content)
        self.git.run("push", folder=folder)
        check(self.served("model.bin", "operator/secret") == content, "other bytes are served")
        again = self.git.clone(self.url("operator/secret"), "secret-again")
        check((again / "model.bin").read_bytes() == content, "other bytes were cloned")
        plain = f"{self.a.node.url}/operator/secret"
        self.git.run("remote", "set-url", "origin", plain, folder=again)
        for path in (again / ".git" / "lfs" / "objects").rglob("*"):
            if path.is_file():
                path.unlink()
        said = self.git.refused("lfs", "fetch", "origin", "main", folder=again).lower()
        check("credentials" in said or "authoriz" in said or "could not read" in said, said)

    def cut(self):
        folder = self.git.clone(self.url(base=self.relay.url), "cut")
        first, second = os.urandom(4 * MIB), os.urandom(24 * MIB)
        self.git.commit(folder, "first", first_bin=first)
        self.relay.rate_bytes = RATE_BYTES
        self.git.run("-c", "lfs.concurrenttransfers=1", "lfs", "push", "--object-id", "origin",
                     self.oid(folder, "first.bin"), folder=folder)
        self.git.commit(folder, "second", second_bin=second)
        sent = self.relay.up_bytes
        pushing = self.git.start("push", cwd=folder, start_new_session=True)
        while self.relay.up_bytes - sent < 6 * MIB:
            check(pushing.poll() is None, "it was faster")
            time.sleep(0.01)
        os.killpg(pushing.pid, 9)
        pushing.wait()
        self.relay.rate_bytes = 0
        self.git.run("push", folder=folder)
        check(self.served("first.bin") == first and self.served("second.bin") == second, "bytes")
        log = self.a.node.log.read_text(errors="replace")
        puts = {path: log.count(f'method=PUT path="/lfs/object/{self.oid(folder, path)}"')
                for path in ("first.bin", "second.bin")}
        check_equal(puts, {"first.bin": 1, "second.bin": 2})

    def oid(self, folder, path):
        text = self.git.run("cat-file", "-p", f"HEAD:{path}", folder=folder)
        return text.split("sha256:")[1].split()[0]

    def resumed(self):
        folder = self.git.clone(self.url(base=self.relay.url), "resumed", GIT_LFS_SKIP_SMUDGE="1")
        self.relay.cut_after_bytes = self.relay.down_bytes + 10 * MIB
        self.git.run("lfs", "pull", "--include", "second.bin", folder=folder)
        check_equal(self.relay.cut_after_bytes, 0, "nothing was cut")
        part = f'path="/lfs/object/{self.oid(folder, "second.bin")}" status=206'
        check(part in self.a.node.log.read_text(errors="replace"), "it began anew")
        check_equal(sha256(folder / "second.bin"), self.oid(folder, "second.bin"))


if __name__ == "__main__":
    skip_without("git", "git-lfs")
    raise SystemExit(main(Test, TEST_SECONDS))
