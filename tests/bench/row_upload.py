"""Upload of one file by a plain PUT (git-LFS): hashed, cut, deduplicated, compressed and durable.

The limit is the lower of two peers, measured in the same turn: 0.6 of openssl's SHA-256 of the
file and 0.9 of dd writing it with fsync. Which of dd and the upload goes first alternates, since a
disk is slower behind much writing. A node of its own takes each upload, so that nothing is there
already.
"""
import os
import shutil
import statistics
import subprocess

import row_download
from measure import Pairs, Row, peak_mib, rate_of, say
from servers import Node, need


def sha256_of(file):
    return subprocess.run(["openssl", "dgst", "-r", "-sha256", file], capture_output=True,
                          text=True, check=True).stdout[:64]


def upload_link(node, sha256, size):
    """Where git-lfs would be told to send the object."""
    node.call("POST", "/api/repos/create", {"name": "upload"}, **{"Content-Type":
                                                                   "application/json"})
    answer = node.call(
        "POST", "/operator/upload.git/info/lfs/objects/batch",
        {"operation": "upload", "transfers": ["basic"], "hash_algo": "sha256",
         "objects": [{"oid": sha256, "size": size}]},
        **{"Content-Type": "application/vnd.git-lfs+json"})
    return answer["objects"][0]["actions"]["upload"]["href"]


def upload(options, place, file, sha256):
    size = options.mib << 20
    with Node(options.build, place + "/node") as node:
        rate = rate_of(["curl", "-sf", "--noproxy", "*", "-o", "/dev/null", "-T", file,
                        upload_link(node, sha256, size)], size)
        memory = peak_mib(node.pid)
    shutil.rmtree(place + "/node")
    return rate, memory


def copy(file, place, size):
    rate = rate_of(["dd", "if=" + file, "of=" + place + "/copy", "bs=1M", "conv=fsync"], size)
    os.unlink(place + "/copy")
    return rate


def measure(options, place):
    need("curl", "openssl", "dd")
    for kind in ("noise", "bf16"):
        file, size = place + "/" + kind, options.mib << 20
        row_download.make_file(options, kind, file, 3)
        sha256 = sha256_of(file)
        pairs, hashes, disks, memory = Pairs([], []), [], [], 0
        for turn in range(max(4, options.pairs // 3)):
            hashes.append(rate_of(["openssl", "dgst", "-sha256", file], size))
            if turn % 2 == 0:
                disks.append(copy(file, place, size))
            rate, peak = upload(options, place, file, sha256)
            if turn % 2 == 1:
                disks.append(copy(file, place, size))
            memory = max(memory, peak)
            pairs.ours.append(rate)
            pairs.peer.append(min(0.6 * hashes[-1], 0.9 * disks[-1]))
            say(f"upload {kind}: {rate:.3f}; SHA-256 {hashes[-1]:.3f}, disk {disks[-1]:.3f}")
        yield Row(f"upload by PUT, {kind}, {options.mib} MiB",
                  f"{statistics.median(pairs.ours):.2f} GB/s",
                  f"SHA-256 {statistics.median(hashes):.2f}, dd with fsync "
                  f"{statistics.median(disks):.2f} GB/s",
                  f"{pairs.median():.2f} × the lower limit ({len(pairs.ours)} turns)",
                  "1 × min(0.6 SHA-256, 0.9 dd)", pairs.median() >= 1, f"{memory:.0f} MiB")
