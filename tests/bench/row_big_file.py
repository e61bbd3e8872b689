"""Memory of both sides while one very large file is pushed and pulled, and the copy compared.

The file is sparse, with 4 KiB of noise in every 256 KiB, so that it takes little of the disk and its
chunks differ; the pulled copy takes its whole size.
"""
import os
import shutil
import subprocess

from measure import Missing, Row, peak_mib
from servers import Node

NOISE_BYTES, EVERY_BYTES = 4 << 10, 256 << 10
LIMIT_MIB = 300


def make_sparse(path, size):
    with open(path, "wb") as f:
        f.truncate(size)
        for at in range(0, size, EVERY_BYTES):
            f.seek(at)
            f.write(os.urandom(NOISE_BYTES))


def run(node, *arguments):
    """MiB that the command-line program takes."""
    command = subprocess.Popen(node.command(*arguments), env=node.environment(),
                               stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(command.pid, 0)
    command.returncode = os.waitstatus_to_exitcode(status)
    if command.returncode != 0:
        raise RuntimeError(f"banyan {arguments[0]} failed")
    return usage.ru_maxrss / 1024


def measure(options, place):
    gibibytes = 50 if options.huge else 2
    size = gibibytes << 30
    if shutil.disk_usage(place).free < size * 11 // 10:
        raise Missing(f"{gibibytes * 11 // 10} GiB of free disk")
    os.makedirs(place + "/push")
    make_sparse(place + "/push/file", size)
    with Node(options.build, place + "/node") as node:
        for verb, arguments in (("push", [place + "/push", "operator/big", "--create"]),
                                ("pull", ["operator/big", "--dest", place + "/pull"])):
            client = run(node, verb, *arguments)
            server = peak_mib(node.pid)
            yield Row(f"{verb} of a file of {gibibytes} GiB", f"{client:.0f} MiB", "",
                      f"node {server:.0f} MiB", f"at most {LIMIT_MIB} MiB on both sides",
                      max(client, server) <= LIMIT_MIB, f"{client:.0f} / {server:.0f} MiB")
        subprocess.run(["cmp", place + "/push/file", place + "/pull/file"], check=True)
