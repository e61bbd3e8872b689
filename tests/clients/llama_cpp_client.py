"""What users of llama.cpp do with a node: `llama-server -hf owner/name:tag` fetches a model and
runs it. That it did both is told by what it answers."""
import contextlib
import functools
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.error

import gguf_model
from banyan_program import free_port
from cells import check_equal, folder, main, operation
from contents import sha256
from cutting_relay import CuttingRelay
from gguf_model import EXTRAS, HALF, LARGE, MIB, MODELS, SMALL
from node_calls import ENDPOINT, PORT, TOKEN, asked, push
from place import OPENER

PROGRAM = pathlib.Path(sys.executable).parent / "llama-server-vulkan"
OPTIONS = ("--ctx-size", "64", "--parallel", "1", "--no-warmup", "--threads", "1")
START_SECONDS = 120


def start(home, model, *options, endpoint=ENDPOINT):
    """A server that fetches into that home and runs the model, and its port."""
    port = free_port()
    variables = {"PATH": os.environ["PATH"], "HOME": str(home), "HF_ENDPOINT": endpoint,
                 "NO_PROXY": "127.0.0.1"}
    with open(home / "log", "wb") as log:
        return subprocess.Popen(
            [PROGRAM, "-hf", model, "--port", str(port), *OPTIONS, *options],
            env=variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log), port


def said(home):
    return (home / "log").read_text(errors="replace")


def ask(port, path, body=None):
    """The answer; None while there is none."""
    try:
        with OPENER.open(f"http://127.0.0.1:{port}{path}", body, timeout=60) as answer:
            return json.load(answer)
    except (urllib.error.URLError, ConnectionError):
        return None


@contextlib.contextmanager
def running(home, model, *options, **more):
    """The port of a server that is ready."""
    server, port = start(home, model, *options, **more)
    try:
        deadline = time.monotonic() + START_SECONDS
        while ask(port, "/health") is None:
            assert server.poll() is None and time.monotonic() < deadline, said(home)[-2000:]
            time.sleep(0.05)
        yield port
    finally:
        server.kill()
        server.wait()


def fetched(home):
    """Hashes of what it keeps, by name; of older models too."""
    found = {}
    for path in home.rglob("*.gguf"):
        found.setdefault(path.name, set()).add(sha256(path.read_bytes()))
    return found


def wanted(*paths, files=MODELS):
    return {pathlib.Path(path).name: {sha256(files[path])} for path in paths}


def run(model, *options, home=None, **more):
    """What it keeps, after it has answered."""
    home = home or folder()
    with running(home, model, *options, **more) as port:
        question = {"prompt": "a", "n_predict": 3, "grammar": "root ::= [a-z] [a-z] [a-z]"}
        answer = ask(port, "/completion", json.dumps(question).encode())
    assert answer and len(answer["content"]) == 3, said(home)[-2000:]
    return fetched(home)


def refused(model, *options):
    """It ends by itself, and keeps nothing."""
    home = folder()
    server, _ = start(home, model, *options)
    try:
        assert server.wait(timeout=START_SECONDS) != 0
    finally:
        server.kill()
        server.wait()
    check_equal(fetched(home), {})


@functools.cache
def models():
    return push("llama", MODELS | EXTRAS)


@operation
def run_a_model():
    check_equal(run(models()), wanted(SMALL))


@operation
def run_by_tag():
    """In small letters, and of a file in a folder."""
    check_equal(run(models() + ":q8_0"), wanted(LARGE))
    check_equal(run(models() + ":F16"), wanted("full/" + HALF))


@operation
def run_one_file():
    check_equal(run(models(), "--hf-file", "full/" + HALF), wanted("full/" + HALF))


@operation
def run_a_model_in_parts():
    files = {"tiny-Q4_K_M-" + end: part for end, part in gguf_model.parts(4)}
    check_equal(run(push("llama-parts", files)), wanted(*files, files=files))


@operation
def run_a_private_model():
    private = push("llama-private", {SMALL: MODELS[SMALL]}, "--private")
    check_equal(run(private, "--hf-token", TOKEN), wanted(SMALL))
    refused(private)


@operation
def what_is_there_is_not_fetched_again():
    repository, home = push("llama-again", {SMALL: MODELS[SMALL]}), folder()
    for _ in range(2):
        check_equal(run(repository, home=home), wanted(SMALL))
    check_equal(asked("GET", f"/{repository}/resolve/.*"), [200])


@operation
def a_newer_model():
    home, seen = folder(), set()
    for seed in (5, 6):
        model = gguf_model.model(seed)
        seen.add(sha256(model))
        check_equal(run(push("llama-newer", {SMALL: model}), home=home), {SMALL: seen})


@operation
def a_download_that_breaks_off_goes_on():
    repository = push("llama-broken", {LARGE: MODELS[LARGE]})
    relay = CuttingRelay(PORT)
    relay.cut_after_bytes = 6 * MIB
    check_equal(run(repository, endpoint=relay.url), wanted(LARGE))
    check_equal(relay.cut_after_bytes, 0, "nothing was cut")
    assert 206 in asked("GET", f"/{repository}/resolve/.*"), "it began anew"


@operation
def a_model_that_is_not_there():
    refused("operator/none")
    refused(models() + ":Q3_K_M")


main()
