"""First mirror of one large model, bf16 weights and 20,000 small files, then of a change, over
loopback.

Peers: curl from nginx followed by sha256sum, rsync from a daemon, and, for the change, Syncthing. A
mirror verifies every chunk and the whole, and is durable when it is done; the peers write without
syncing. The change is 1 % of a model, in one cluster or in several that are scattered over it: of
each section of the file's chunk list that a cluster touches, the list travels once (about 36 KiB),
so that what is not new chunks is judged where the change is in one place, and told where it is not.
"""
import base64
import json
import os
import random
import re
import shutil
import subprocess
import time

import row_download
import syncthing
from federation_nodes import Mirror, Origin, first_mirror
from measure import Row, in_pairs, say
from servers import Nginx, Server, free_port, need

SMALL_FILES = 20_000
# A chunk at either end of a cluster is sent whole. Of smaller clusters that would be most of the
# cost, whoever sends them.
CLUSTER_BYTES = 2 << 20

RSYNCD = """
use chroot = no
port = {port}
address = 127.0.0.1
log file = {dir}/rsyncd.log
pid file = {dir}/rsyncd.pid
[files]
path = {path}
read only = yes
uid = 0
gid = 0
"""


class Rsyncd(Server):
    """An rsync daemon that serves one folder."""

    def __init__(self, directory, path):
        need("rsync")
        os.makedirs(directory, exist_ok=True)
        self.port, self.directory = free_port(), directory
        with open(directory + "/rsyncd.conf", "w") as f:
            f.write(RSYNCD.format(port=self.port, dir=directory, path=path))
        self.process = subprocess.Popen(["rsync", "--daemon", "--no-detach",
                                         "--config", directory + "/rsyncd.conf"])
        self.wait_for_port()

    def fetch(self, to):
        """Seconds until a new folder has everything."""
        os.makedirs(to)
        started = time.monotonic()
        subprocess.run(["rsync", "-a", f"rsync://127.0.0.1:{self.port}/files/", to], check=True)
        elapsed = time.monotonic() - started
        shutil.rmtree(to)
        return elapsed


def curl_and_sum(url, to):
    started = time.monotonic()
    subprocess.run(["curl", "-sf", "--noproxy", "*", "-o", to, url], check=True)
    subprocess.run(["sha256sum", to], check=True, stdout=subprocess.DEVNULL)
    elapsed = time.monotonic() - started
    os.remove(to)
    return elapsed


def large(options, place):
    size = options.mib << 20
    os.makedirs(place + "/www")
    row_download.make_file(options, "noise", place + "/www/file", 11)
    with Origin(options.build, place + "/origin") as origin, Nginx(place) as nginx, \
            Rsyncd(place + "/rsyncd", place + "/www") as rsyncd:
        origin.publish(place + "/www", "operator/large")

        def peer():
            return size / min(curl_and_sum(nginx.url + "/file", place + "/got"),
                              rsyncd.fetch(place + "/got")) / 1e9

        pairs = in_pairs(
            "first mirror", max(3, options.pairs // 2),
            lambda: size / first_mirror(options.build, place + "/mirror", origin) / 1e9, peer)
    yield pairs.row(f"first mirror of {options.mib} MiB, faster of curl + sha256sum and rsync",
                     "GB/s", 0.6)


def wire(options, place):
    """Bytes that an origin sends for bf16 weights, against their size."""
    size = options.mib << 20
    os.makedirs(place + "/bf16")
    row_download.make_file(options, "bf16", place + "/bf16/model.bin", 12)
    with Origin(options.build, place + "/origin") as origin:
        origin.publish(place + "/bf16", "operator/bf16")
        with Mirror(options.build, place + "/mirror") as node:
            node.follow(origin)
            before = origin.traffic()[1]
            node.sync()
            sent = origin.traffic()[1] - before
    yield Row(f"first mirror of {options.mib} MiB of bf16, on the wire",
               f"{sent / 2 ** 20:.1f} MiB", "", f"{100 * sent / size:.1f} %", "at most 72 %",
               sent <= 0.72 * size)


def small(options, place):
    folder = place + "/small"
    for i in range(SMALL_FILES):
        os.makedirs(f"{folder}/{i % 200}", exist_ok=True)
        with open(f"{folder}/{i % 200}/{i}.txt", "wb") as f:
            f.write(base64.b64encode(os.urandom(200 + i % 4000)))
    with Origin(options.build, place + "/origin") as origin, \
            Rsyncd(place + "/rsyncd", folder) as rsyncd:
        origin.publish(folder, "operator/small")
        pairs = in_pairs(
            "small files", max(3, options.pairs // 2),
            lambda: SMALL_FILES / first_mirror(options.build, place + "/mirror", origin) / 1e3,
            lambda: SMALL_FILES / rsyncd.fetch(place + "/got") / 1e3)
    yield pairs.row(f"first mirror of {SMALL_FILES:,} small files, rsync", "thousand/s", 0.5)


def chunks_of(node, path):
    """{id: size}."""
    listed = json.loads(node.banyan("hash", "--chunks", "--json", path))[0]["chunks"]
    return {chunk["id"]: chunk["size"] for chunk in listed}


def change_clusters(path, size, count):
    """1 % of the file, in as many clusters."""
    length = size // 100 // count
    places = random.Random(13)
    with open(path, "r+b") as f:
        for number in range(count):  # one somewhere in each part of the file
            f.seek(size * 2 // 5 if count == 1 else
                   size * number // count + places.randrange(size // count - length))
            f.write(places.randbytes(length))
    return "one place" if count == 1 else f"{count} places of {length / 2 ** 20:.1f} MiB"


def rsync_delta(rsyncd, old, to):
    """(seconds, bytes both ways) for the changed file, where the old one is."""
    os.makedirs(to)
    shutil.copy(old, to + "/model.bin")
    started = time.monotonic()
    done = subprocess.run(["rsync", "-a", "--no-whole-file", "--stats",
                           f"rsync://127.0.0.1:{rsyncd.port}/files/model.bin", to],
                          check=True, capture_output=True, text=True)
    elapsed = time.monotonic() - started
    shutil.rmtree(to)
    return elapsed, sum(int(number.replace(",", "")) for number in
                        re.findall(r"Total bytes (?:sent|received): ([\d,]+)", done.stdout))


def syncthing_delta(place, old, new):
    """(seconds, bytes both ways) for the changed file; None: it is not installed."""
    if not syncthing.is_here():
        say("mirror: Syncthing is not installed, and so not compared with")
        return None
    folder, copy = place + "/syncthing/folder", place + "/syncthing/copy"
    os.makedirs(folder)
    shutil.copy(old, folder + "/model.bin")
    with syncthing.Pair(place + "/syncthing", folder, copy) as pair:
        pair.sync("model.bin")
        shutil.copy(new, folder + "/model.bin")
        cost = pair.sync("model.bin")
    subprocess.run(["cmp", new, copy + "/model.bin"], check=True)
    shutil.rmtree(place + "/syncthing")
    return cost


def cost_text(cost):
    return f"{cost[1] / 2 ** 20:.3f} MiB in {cost[0]:.1f} s" if cost else "not installed"


def changed_in_one_place(options, place):
    yield from changed(options, place, 1)


def changed_in_several(options, place):
    yield from changed(options, place, max(2, (options.mib << 20) // 100 // CLUSTER_BYTES))


def changed(options, place, clusters):
    """At a mirror that has the model before."""
    size, folder = options.mib << 20, place + "/model"
    os.makedirs(folder)
    row_download.make_file(options, "noise", folder + "/model.bin", 13)
    write_card(folder, "mit")
    with Origin(options.build, place + "/origin") as origin, \
            Rsyncd(place + "/rsyncd", folder) as rsyncd:
        origin.publish(folder, "operator/changed")
        with Mirror(options.build, place + "/mirror") as node:
            node.follow(origin)
            node.sync()
            before = chunks_of(origin, folder + "/model.bin")
            os.rename(folder + "/model.bin", place + "/old")
            shutil.copy(place + "/old", folder + "/model.bin")
            where = change_clusters(folder + "/model.bin", size, clusters)
            write_card(folder, "isc")
            origin.publish(folder, "operator/changed")
            at_first = origin.traffic()
            elapsed = node.sync()
            moved = sum(origin.traffic()) - sum(at_first)
        after = chunks_of(origin, folder + "/model.bin")
        peer = rsync_delta(rsyncd, place + "/old", place + "/got")
    other = syncthing_delta(place, place + "/old", folder + "/model.bin")
    new = sum(size for chunk, size in after.items() if chunk not in before)
    what = f"1 % of {options.mib} MiB changed in {where}"
    yield Row(f"{what}: on the wire; rsync, Syncthing", cost_text((elapsed, moved)),
              f"{cost_text(peer)}, {cost_text(other)}", f"{100 * moved / size:.3f} %",
              "at most 1.1 %", moved <= 0.011 * size)
    yield Row("the same: all but new chunks", f"{(moved - new) / 1024:.0f} KiB", "",
              f"{100 * (moved - new) / size:.4f} %", "at most 0.01 %" if clusters == 1 else "",
              clusters > 1 or moved - new <= 0.0001 * size)


def write_card(folder, licence):
    with open(folder + "/README.md", "w") as f:
        f.write(f"---\nlicense: {licence}\n---\n# A model\n")


def measure(options, place):
    os.chmod(place, 0o755)  # for nginx
    for row in (large, wire, small, changed_in_one_place, changed_in_several):
        where = f"{place}/{row.__name__}"
        os.makedirs(where)
        yield from row(options, where)
        shutil.rmtree(where)
