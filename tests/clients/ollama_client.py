"""What users of ollama do with a node: `ollama pull --insecure host:port/owner/name:tag`, from a
GGUF repository and over plain HTTP, with a server of theirs that runs."""
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
from cells import WORK, check_equal, main, operation
from contents import sha256
from cutting_relay import CuttingRelay
from gguf_model import EXTRAS, HALF, LARGE, MIB, MODELS, SMALL
from node_calls import PORT, asked, push
from place import OPENER

PROGRAM = pathlib.Path(sys.executable).parent / "ollama"
SERVER = f"127.0.0.1:{free_port()}"
MODELS_FOLDER = WORK / "models"
START_SECONDS, PULL_SECONDS = 60, 120
MEDIA_TYPE = "application/vnd.ollama.image."


def ask(path, body=None):
    """The answer of their server; None while there is none."""
    try:
        with OPENER.open(f"http://{SERVER}{path}", body, timeout=60) as answer:
            return json.load(answer)
    except (urllib.error.URLError, ConnectionError):
        return None


def variables():
    return {"PATH": os.environ["PATH"], "HOME": str(WORK), "NO_PROXY": "127.0.0.1",
            "OLLAMA_HOST": SERVER, "OLLAMA_MODELS": str(MODELS_FOLDER)}


@contextlib.contextmanager
def serving():
    with open(WORK / "ollama.log", "wb") as log:
        server = subprocess.Popen([PROGRAM, "serve"], env=variables(), stdin=subprocess.DEVNULL,
                                  stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while ask("/api/version") is None:
            assert server.poll() is None and time.monotonic() < deadline, "it does not start"
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()


def ollama(*words):
    """Exit code and all that was said."""
    done = subprocess.run([PROGRAM, *words], env=variables(), capture_output=True, text=True,
                          timeout=PULL_SECONDS, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout + done.stderr


def pull(model, port=PORT):
    """The name that it has from then on."""
    name = f"127.0.0.1:{port}/{model}"
    code, said = ollama("pull", "--insecure", name)
    check_equal(code, 0, said)
    return name


def refused(model, *words):
    code, said = ollama("pull", "--insecure", f"127.0.0.1:{PORT}/{model}")
    assert code != 0, "it was pulled"
    for word in words:
        assert word in said, f"{word!r} is not in: {said}"


def layers(name):
    """Hashes of what it keeps, by kind."""
    place, _, tag = name.rpartition(":") if name.count(":") > 1 else (name, "", "latest")
    manifest = json.loads((MODELS_FOLDER / "manifests" / place / tag).read_text())
    found = {}
    for layer in manifest["layers"]:
        blob = MODELS_FOLDER / "blobs" / layer["digest"].replace(":", "-")
        found[layer["mediaType"].removeprefix(MEDIA_TYPE)] = sha256(blob.read_bytes())
    return found


@functools.cache
def models():
    return push("ollama", MODELS | EXTRAS)


@operation
def pull_a_model():
    kept = {"model": MODELS[SMALL], "license": EXTRAS["LICENSE"],
            **{kind: EXTRAS[kind] for kind in ("template", "params", "system")}}
    check_equal(layers(pull(models())), {kind: sha256(what) for kind, what in kept.items()})


@operation
def pull_by_tag():
    check_equal(layers(pull(models() + ":q8_0"))["model"], sha256(MODELS[LARGE]))
    check_equal(layers(pull(models() + ":F16"))["model"], sha256(MODELS["full/" + HALF]))


@operation
def show_what_was_pulled():
    name = pull(models() + ":Q4_K_M")
    shown = ask("/api/show", json.dumps({"model": name}).encode())
    check_equal((shown["details"]["format"], shown["details"]["family"]), ("gguf", "llama"))
    check_equal(shown["details"]["quantization_level"], "Q4_K_M")
    assert shown["template"] == EXTRAS["template"].decode(), shown["template"]
    code, said = ollama("list")
    assert code == 0 and name in said, said


@operation
def run_what_was_pulled():
    question = {"model": pull(models()), "prompt": "a", "stream": False,
                "options": {"num_predict": 3, "num_ctx": 64}}
    answer = ask("/api/generate", json.dumps(question).encode())
    assert answer and answer["done"], (WORK / "ollama.log").read_text()[-2000:]
    check_equal(answer["eval_count"], 3)


@operation
def pull_again():
    """What is there stays, what is newer comes."""
    for seed in (5, 6):
        model = gguf_model.model(seed)
        repository = push("ollama-newer", {SMALL: model})
        for _ in range(2):
            check_equal(layers(pull(repository)), {"model": sha256(model)})
        digest = f"sha256:{sha256(model)}"
        fetched = asked("GET", f"/v2/{repository}/blobs/{digest}")
        assert 1 <= len(fetched) <= 2, fetched  # once to see where, once to fetch


@operation
def a_download_that_breaks_off_goes_on():
    relay = CuttingRelay(PORT)
    relay.cut_after_bytes = 6 * MIB
    model = gguf_model.model(7, 12 * MIB)
    repository = push("ollama-broken", {LARGE: model})
    name = pull(repository, relay.url.rpartition(":")[2])
    check_equal(relay.cut_after_bytes, 0, "nothing was cut")
    check_equal(layers(name), {"model": sha256(model)})


@operation
def what_cannot_be_pulled():
    """Of a 404 it does not show what the node says."""
    refused("operator/none", "does not exist")
    refused(push("ollama-private", {SMALL: MODELS[SMALL]}, "--private"), "does not exist")
    refused(models() + ":Q3_K_M", "does not exist")
    parts = {"tiny-Q4_K_M-" + end: part for end, part in gguf_model.parts(4)}
    refused(push("ollama-parts", parts), "is the first of 2 parts")


with serving():
    main()
