"""What users of curl, wget and aria2c do: a download is killed in the middle, the same command goes
on where it stopped, and once more finds that all is there. A relay counts what comes."""
import functools
import os
import signal
import subprocess
import time

from cells import WORK, folder, main, operation
from cutting_relay import CuttingRelay
from node_calls import PORT, TOKEN, asked, push

MIB = 1 << 20
CONTENT = os.urandom(8 * MIB)
CUT_AT = 5 * MIB
SLOWLY_BYTES = 4 * MIB  # a second: time enough for the signal, on a slow machine too
HEAD_BYTES = 16_000
SECONDS = 120
CURL = ("curl", "--silent", "--location", "--remote-name", "--continue-at", "-", "-H")
WGET = ("wget", "--no-verbose", "--continue", "--header=")
ARIA2 = ("aria2c", "--quiet", "--continue", "--split=4", "--max-connection-per-server=4",
         "--min-split-size=1M", "--header=")
VARIABLES = {"PATH": os.environ["PATH"], "HOME": str(WORK), "no_proxy": "127.0.0.1"}


@functools.cache
def repositories():
    """One that everybody may read, and one that only who shows the token may."""
    return (push("downloads", {"model.bin": CONTENT}),
            push("downloads-private", {"model.bin": CONTENT}, "--private"))


def start(tool, place, url, token):
    """`tool` is a command whose last word is its option for a header."""
    *words, header = tool
    shown = [header + "Authorization: Bearer " + token] if token else []
    return subprocess.Popen([*words, *shown, url], cwd=place, env=VARIABLES, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)


def finish(tool, place, path, token):
    """How many bytes came."""
    relay = CuttingRelay(PORT)
    relay.rate_bytes = SLOWLY_BYTES
    process = start(tool, place, relay.url + path, token)
    said = process.communicate(timeout=SECONDS)[0]
    assert process.returncode == 0, said
    assert (place / "model.bin").read_bytes() == CONTENT, "other bytes arrived"
    return relay.down_bytes


def kill_in_the_middle(tool, place, path, token, how):
    relay = CuttingRelay(PORT)
    relay.rate_bytes = SLOWLY_BYTES
    process = start(tool, place, relay.url + path, token)
    while relay.down_bytes < CUT_AT:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.01)
    process.send_signal(how)
    process.communicate(timeout=SECONDS)
    assert process.returncode != 0, "it was faster"


def check_resumes(tool, how=signal.SIGKILL, beginning_bytes=0):
    """`beginning_bytes`: so much of an answer comes before the tool breaks it off."""
    for repository, token in zip(repositories(), ("", TOKEN)):
        place, path = folder(), f"/{repository}/resolve/main/model.bin"
        kill_in_the_middle(tool, place, path, token, how)
        kept = CUT_AT // 2 if beginning_bytes else (place / "model.bin").stat().st_size
        assert kept >= CUT_AT // 2, f"{kept} bytes are there"
        most = HEAD_BYTES + beginning_bytes
        came = finish(tool, place, path, token)
        assert came < len(CONTENT) - kept + most, f"{came} bytes came although {kept} were there"
        assert 206 in asked("GET", path), asked("GET", path)
        came = finish(tool, place, path, token)
        assert came < most, f"{came} bytes came although all were there"


@operation
def curl_goes_on():
    check_resumes(CURL)


@operation
def wget_goes_on():
    check_resumes(WGET)


@operation
def aria2_goes_on():
    """It keeps a file of what it has: once a minute, and when it is told to end. How long a file is
    it asks for all of it to hear."""
    check_resumes(ARIA2, signal.SIGTERM, beginning_bytes=2 * MIB)


main()
