"""What the repositories hold that every client reads. The runner puts it on the node, and the
clients compare with it, so this file needs the standard library only."""
import array
import hashlib
import json
import os
import random
import struct

OWNER = os.environ.get("CELLS_OWNER", "operator")  # as the node calls it, which may be a mirror
READS = "operator/reads"          # a model with two commits, the tag v1 and the branch dev/x
SHARDED = OWNER + "/sharded"      # a model of two safetensors files
TABLE = OWNER + "/table"          # a dataset
PRIVATE = "operator/private"
GATED = "operator/gated"          # manual
REMOVED = "operator/removed"      # taken down
LARGE = OWNER + "/large"          # files of all kinds that go over Xet, and one that does not:
IN_GIT = "at-the-limit.txt"
MANY = "operator/many"            # more files than a page of an expanded tree has
SECRET = random.Random(6).randbytes(300_000)
OLD_NAME, NEW_NAME = "operator/old-name", "operator/new-name"
MANY_FILES = 1200
CARD = """---
license: mit
language: zh
pipeline_tag: text-generation
tags: [reads]
---
# 测试模型
"""
TABLE_CARD = """---
license: cc-by-4.0
language: sw
---
# Maneno
"""


def safetensors(**shapes):
    """Tensors of bytes with these shapes, with random content."""
    header, end, noise = {"__metadata__": {"format": "np"}}, 0, random.Random(4)
    for name, shape in shapes.items():
        size = 1
        for dimension in shape:
            size *= dimension
        header[name] = {"dtype": "U8", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + noise.randbytes(end)


def first_commit():
    """Files of READS as the tag v1 has them, by path."""
    return {"README.md": CARD.encode(), "config.json": b'{"model_type": "llama"}',
            "model.safetensors": safetensors(w=[1000, 3000], b=[10]), "empty": b"",
            "sub/a b#é.txt": b"hi", "sub/deep/100%.json": b"[]"}


def last_commit():
    """Files of READS as main has them."""
    return first_commit() | {"config.json": b'{"model_type": "llama", "vocab_size": 8}'}


def sharded():
    one, two = safetensors(one=[100]), safetensors(two=[20, 10])
    names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    index = {"metadata": {"total_size": 300}, "weight_map": {"one": names[0], "two": names[1]}}
    return {names[0]: one, names[1]: two,
            "model.safetensors.index.json": json.dumps(index).encode()}


def table():
    rows = "".join(f"{number},neno-{number}\n" for number in range(100))
    return {"README.md": TABLE_CARD.encode(), "train.csv": b"id,word\n" + rows.encode()}


def large(seed=5):
    """Of all kinds that chunking and compression tell apart."""
    noise, limit = random.Random(seed), 10 << 20  # text of that many bytes is still kept by git
    floats = array.array("f", (noise.gauss(0, 0.02) for _ in range(250_000)))
    lines = "".join(f"{seed}: line {number}\n" for number in range(limit // 10)).encode()
    return {"noise.bin": noise.randbytes(5_000_000), "floats.bin": floats.tobytes(),
            "equal.bin": bytes([0, seed]) * 2_000_000, "one-byte.bin": bytes([seed]),
            "text.txt": lines[:limit + 1], IN_GIT: lines[:limit]}


def many():
    return {f"part-{number // 400}/{number:04}.txt": b"%d" % number
            for number in range(MANY_FILES)}


def git_oid(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def put(folder, files):
    """Writes files by their paths below a folder, and gives the folder."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder
