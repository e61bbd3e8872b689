"""Runs the operations of a client's script one after the other and writes what came of each.

A script defines functions and ends with `cells.main("package")`. Each function that `operation`
marks is one cell of the table: its name is the operation's, it fails by an exception, and it is
not run for versions of the package that do not have it. Scripts run inside the client's own
environment, so this file needs the standard library only.

From the runner (see matrix.py) come the variables CELLS_RESULTS, the file that one JSON line for
each operation is appended to; CELLS_COLUMN, a name that is this column's own; CELLS_WORK, an empty
folder; CELLS_GUEST, the token of a user who owns nothing; and CELLS_OWNER, whose repositories are
read: "operator", and on a mirror what that one is called there.
"""
import contextlib
import importlib.metadata
import json
import os
import pathlib
import shutil
import tempfile
import time
import traceback

COLUMN = os.environ["CELLS_COLUMN"]
WORK = pathlib.Path(os.environ["CELLS_WORK"])
GUEST = os.environ["CELLS_GUEST"]
IS_MIRROR = os.environ["CELLS_OWNER"] != "operator"
OPERATIONS = []


def operation(function=None, since="0", until="", but=("", ""), program="", mirrored=False, why=""):
    """Marks an operation that versions have from `since` on, and before `until`, `but` not from the
    first to before the second; `why` not all. It needs a `program` of the system. What is
    `mirrored` reads what a mirror has, too: it, and nothing else, runs there once more."""
    def mark(marked):
        if mirrored or not IS_MIRROR:
            OPERATIONS.append((marked, program, since, until, *but))
        return marked
    return mark(function) if function else mark


def name_of(function):
    name = function.__name__.replace("_", " ").strip()
    return name + ", from a mirror" if IS_MIRROR else name


def number(version):
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def version_of(package):
    return number(importlib.metadata.version(package))


def folder():
    """A new empty one."""
    return pathlib.Path(tempfile.mkdtemp(dir=WORK))


def check_equal(seen, wanted, what=""):
    if seen != wanted:
        raise AssertionError(f"{what}\n  is     {seen!r}\n  not as {wanted!r}")


@contextlib.contextmanager
def raises(wanted, *words):
    """What is done in it must fail with exactly this class and say these words."""
    try:
        yield
    except Exception as error:  # the class is what is tested
        if type(error) is not wanted:
            raise AssertionError(f"not {wanted.__name__}") from error
        for word in words:
            assert word in str(error), f"{word!r} is not in: {error}"
        return
    raise AssertionError(f"no {wanted.__name__}: it succeeded")


def run(function):
    began = time.monotonic()
    line = {"operation": name_of(function), "result": "ok"}
    try:
        function()
    except Exception:
        line |= {"result": "failed", "detail": traceback.format_exc()}
    return line | {"seconds": round(time.monotonic() - began, 2)}


def is_within(version, since, until, but_since, but_until):
    if but_since and number(but_since) <= version < number(but_until):
        return False
    return version >= number(since) and (not until or version < number(until))


def main(package=""):
    """Without a package all operations are of all versions."""
    version = version_of(package) if package else (0,)
    with open(os.environ["CELLS_RESULTS"], "a", encoding="utf-8") as results:
        for function, program, *range_of_versions in OPERATIONS:
            is_there = not program or shutil.which(program)
            if not is_there or not is_within(version, *range_of_versions):
                line = {"operation": name_of(function), "result": "absent"}
            else:
                line = run(function)
            results.write(json.dumps(line) + "\n")
            results.flush()
