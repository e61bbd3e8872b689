"""`hf upload` of one large new file over Xet, to a plain PUT of it (git-LFS), each into a node of
its own; how fast the client is with a store that keeps nothing, which is the most that any store
can reach on this machine; then what the client sends when 1 % of the file has changed in clusters,
with what it remembers of the first upload, and without it."""
import os
import shutil
import subprocess

import row_delta
import row_download
import row_upload
from hub_client import HubClient, require_xet, within_memory
from hollow_store import HollowStore
from measure import Row, in_pairs, peak_mib
from servers import Node, free_port, need

REPOSITORY = "operator/large"


def check(node, file):
    """What the node has is what was sent."""
    url = f"{node.url}/{REPOSITORY}/resolve/main/file"
    done = subprocess.run(f"curl -sf --noproxy '*' '{url}' | cmp - '{file}'", shell=True,
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{url}: {done.stdout}{done.stderr}")


def new_file(client, options, place, file):
    sha256, memory = row_upload.sha256_of(file), []

    def ours():
        with Node(options.build, place + "/node") as node:
            rate = client.upload(REPOSITORY, file, node.url, node.token)
            require_xet(node, "xorb", "shard")
            memory.append(peak_mib(node.pid))
        shutil.rmtree(place + "/node")
        return rate

    pairs = in_pairs("xet upload", max(3, options.pairs // 3), ours,
                     lambda: row_upload.upload(options, place, file, sha256)[0])
    return within_memory(pairs.row(f"hf upload over Xet, {options.mib} MiB", "GB/s", 0.5),
                         max(memory))


def client_alone(client, options, place, file):
    """As new_file, to a store that keeps nothing. Says what can be reached, and is no goal."""
    sha256, port = row_upload.sha256_of(file), free_port()

    def alone():
        url = f"http://127.0.0.1:{port}"
        with Node(options.build, place + "/node", "--public-url", url) as node:
            with HollowStore(port, node.url) as store:
                rate = client.upload(REPOSITORY, file, store.url, node.token)
        shutil.rmtree(place + "/node")
        return rate

    pairs = in_pairs("xet upload, the client alone", max(3, options.pairs // 3), alone,
                     lambda: row_upload.upload(options, place, file, sha256)[0])
    row = pairs.row(f"hf upload over Xet, {options.mib} MiB, to a store that keeps nothing", "GB/s",
                    0)
    row.target = "none: the most that is possible here"
    return row


def changed_file(client, options, place, file, remembers):
    """One upload into a node that has the file, from a client that brought it or from another."""
    changed, home = place + "/changed", place + "/home"
    row_delta.overwrite(file, changed, os.path.getsize(file))
    os.makedirs(home)
    with Node(options.build, place + "/node") as node:
        client.upload(REPOSITORY, file, node.url, node.token, home=home)
        before = node.traffic()
        client.upload(REPOSITORY, changed, node.url, node.token, home=home if remembers else None)
        sent = node.traffic()[0] - before[0]
        memory = peak_mib(node.pid)
        check(node, changed)
    for path in (place + "/node", home):
        shutil.rmtree(path)
    share = 100 * sent / os.path.getsize(file)
    by = "the client that brought it" if remembers else "another client"
    return within_memory(
        Row(f"hf upload over Xet, {options.mib} MiB, 1 % changed in clusters of 1 MiB, by {by}",
            f"{sent / 2 ** 20:.2f} MiB", "", f"{share:.2f} %", "at most 1.5 % of the file",
            share <= 1.5), memory)


def measure(options, place):
    need("curl", "openssl")
    client, file = HubClient(options, place), place + "/file"
    row_download.make_file(options, "noise", file, 7)
    yield new_file(client, options, place, file)
    yield client_alone(client, options, place, file)
    for remembers in (True, False):
        yield changed_file(client, options, place, file, remembers)
