#!/usr/bin/env python3
"""What the README tells a newcomer to paste works when it is pasted: readme.py PROGRAM README.md"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from banyan_program import files_below, free_port

SECONDS = 120
PORT = "8450"  # of the page


def block_with(text, words):
    """The one piece of shell that has the words."""
    found = [block for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
             if words in block]
    if len(found) != 1:
        raise SystemExit(f"{len(found)} pieces of shell have {words!r}, expected one")
    return found[0]


def main():
    program, page = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).read_text()
    work = pathlib.Path(tempfile.mkdtemp())
    (work / "bin").mkdir()
    os.symlink(program, work / "bin" / "banyan")
    model = work / "my-model"
    model.mkdir()
    (model / "README.md").write_text("---\nlicense: mit\n---\n# Mine\n")
    (model / "weights.bin").write_bytes(bytes(range(256)) * 4096)
    variables = {"PATH": f"{work}/bin:{os.environ['PATH']}", "HOME": str(work),
                 "NO_PROXY": "127.0.0.1", "LC_ALL": "C.UTF-8"}
    use = block_with(page, "banyan serve --data").replace(PORT, str(free_port()))
    # The first command that fails ends it, and the node ends with it.
    script = "set -eu\ntrap 'kill $(jobs -p); wait' EXIT\n" + use
    try:
        subprocess.run(["bash", "-c", script], cwd=work, env=variables, check=True,
                       stdin=subprocess.DEVNULL, timeout=SECONDS)
        for name in files_below(model):
            if (work / "copy" / name).read_bytes() != (model / name).read_bytes():
                raise SystemExit(f"copy/{name} is not as it was pushed")
        return 0
    finally:
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
