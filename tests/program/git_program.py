"""The unmodified git and git-lfs as users have them: a home of their own, and nothing set."""
import os
import pathlib
import shutil
import subprocess

from place import check

GIT_SECONDS = 300


class Refused(Exception):
    pass


class Git:
    """`git` with a home directory of its own, which has no configuration but git-lfs' own."""

    def __init__(self, home):
        self.home = pathlib.Path(home)
        self.home.mkdir(exist_ok=True)
        self.variables = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8",
                          "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1",
                          "NO_PROXY": "127.0.0.1", "GIT_AUTHOR_NAME": "Ada",
                          "GIT_AUTHOR_EMAIL": "ada@example.org", "GIT_COMMITTER_NAME": "Ada",
                          "GIT_COMMITTER_EMAIL": "ada@example.org"}

    def start(self, *words, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT,
                   "stdin": subprocess.DEVNULL, "text": True, "cwd": self.home} | options
        return subprocess.Popen(["git", *map(str, words)], env=self.variables, **options)

    def run(self, *words, folder=None, binary=False, **variables):
        """What it prints; Refused with that when it fails."""
        done = subprocess.run(["git", *map(str, words)], env=self.variables | variables,
                              cwd=folder or self.home, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=GIT_SECONDS)
        said = done.stdout + (b"" if binary and done.returncode == 0 else done.stderr)
        if done.returncode != 0:
            raise Refused(said.decode(errors="replace"))
        return done.stdout if binary else said.decode(errors="replace")

    def refused(self, *words, **options):
        """What it prints when it fails, which it has to."""
        try:
            said = self.run(*words, **options)
        except Refused as refusal:
            return str(refusal)
        check(False, "not refused:", words, "\n", said)
        return ""

    def clone(self, url, name, *options, **variables):
        """The folder of a new clone, which git finds sound."""
        self.run("clone", "--quiet", *options, url, name, **variables)
        folder = self.home / name
        self.run("fsck", "--strict", folder=folder)
        return folder

    def commit(self, folder, message, **files):
        """Writes files (a name's "__" is a slash, its "_" a dot), and commits all of the folder."""
        for name, content in files.items():
            path = folder / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.run("add", "--all", folder=folder)
        self.run("commit", "--quiet", "--allow-empty", "--message", message, folder=folder)
        return self.run("rev-parse", "HEAD", folder=folder).strip()


def with_token(url, token, user="somebody"):
    return url.replace("://", f"://{user}:{token}@", 1)


def skip_without(*programs):
    for program in programs:
        if not shutil.which(program):
            print(f"skipped: {program} is not installed")
            raise SystemExit(77)
