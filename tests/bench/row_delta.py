"""What travels for a changed file: by push, and by pull where the old revision is on disk.

Two changes: 1 % of the file overwritten in clusters of 1 MiB, and one byte inserted at the front. All
bytes of HTTP on the connections are counted, by the node, heads and lists included.
"""
import os
import subprocess

import row_download
from measure import Row, peak_mib
from servers import Node

CLUSTER_BYTES = 1 << 20


def overwrite(old, new, size):
    subprocess.run(["cp", old, new], check=True)
    count = max(1, size // 100 // CLUSTER_BYTES)
    length = size // 100 // count
    with open(new, "r+b") as f:
        for i in range(count):
            f.seek(size * (2 * i + 1) // (2 * count))
            f.write(os.urandom(length))


def insert(old, new, _):
    subprocess.run(f"{{ printf x; cat '{old}'; }} >'{new}'", shell=True, check=True)


def change(node, place, name, options, edit):
    """(bytes pushed, bytes pulled) for the edited file."""
    size, folder, copy = options.mib << 20, f"{place}/{name}", f"{place}/{name}-pulled"
    os.makedirs(folder)
    row_download.make_file(options, "noise", folder + "/model", 4)
    repository = "operator/" + name
    node.banyan("push", folder, repository, "--create")
    node.banyan("pull", repository, "--dest", copy)
    os.rename(folder + "/model", place + "/old")
    edit(place + "/old", folder + "/model", size)
    os.remove(place + "/old")
    before = node.traffic()
    node.banyan("push", folder, repository, cache="cache-of-pusher")
    between = node.traffic()
    node.banyan("pull", repository, "--dest", copy)
    after = node.traffic()
    subprocess.run(["cmp", folder + "/model", copy + "/model"], check=True)
    subprocess.run(["rm", "-r", folder, copy], check=True)
    return between[0] - before[0], after[1] - between[1]


def measure(options, place):
    size = options.mib << 20
    for name, edit, what, most, target in (
            ("overwritten", overwrite, "1 % changed in clusters of 1 MiB", size * 15 // 1000,
             "at most 1.5 % of the file"),
            ("inserted", insert, "one byte inserted at the front", 1 << 20, "at most 1 MiB")):
        with Node(options.build, place + "/node") as node:
            figures = change(node, place, name, options, edit)
            memory = f"{peak_mib(node.pid):.0f} MiB"
        subprocess.run(["rm", "-r", place + "/node"], check=True)
        for verb, moved in zip(("push", "pull"), figures):
            yield Row(f"{verb} of {options.mib} MiB, {what}", f"{moved / 2 ** 20:.2f} MiB", "",
                      f"{100 * moved / size:.2f} %", target, moved <= most, memory)
