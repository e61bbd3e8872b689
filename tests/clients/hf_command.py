"""The command line `hf`, which was `huggingface-cli` before 0.34. Every command is a process."""
import os
import pathlib
import subprocess
import sys

from cells import check_equal, number, version_of

VERSION = version_of("huggingface_hub")
NEW = VERSION >= number("0.34")
PROGRAM = pathlib.Path(sys.executable).parent / ("hf" if NEW else "huggingface-cli")
COMMAND_SECONDS = 300


def call(*words, **variables):
    """Exit code and all that was said."""
    environment = dict(os.environ, NO_COLOR="1", HF_HUB_DISABLE_UPDATE_CHECK="1", **variables)
    done = subprocess.run([PROGRAM, *map(str, words)], env=environment, capture_output=True,
                          text=True, timeout=COMMAND_SECONDS, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


def hf(*words, **options):
    code, said = call(*words, **options)
    check_equal(code, 0, " ".join(map(str, words)) + "\n" + said)
    return said
