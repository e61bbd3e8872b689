"""Revisions of real models at rest: a node's whole data directory, catalog and all, against borg and
casync, each as installed and at its best for such data. model_set.py says what the set is."""
import os
import shutil
import subprocess

import model_set
from measure import Row, say, tree_bytes
from servers import Node, need

BORG = [("as installed", []),
        ("64 KiB chunks, zstd", ["--chunker-params", "buzhash,12,18,16,4095",
                                 "--compression", "zstd,3"])]
CASYNC = [("as installed", []), ("16 KiB chunks", ["--chunk-size", "16384"])]


def ours(options, place, revisions):
    with Node(options.build, place + "/node") as node:
        for name, folder in revisions:
            node.banyan("push", folder, "operator/" + name, "--create")
    return tree_bytes(place + "/node/data"), tree_bytes(place + "/node/data/packs")


def borg(place, revisions, flags):
    repository = place + "/borg"
    environment = {**os.environ, "BORG_BASE_DIR": place + "/borg-home"}
    commands = [["borg", "init", "-e", "none", repository]]
    commands += [["borg", "create", *flags, f"{repository}::r{i}", "."]
                 for i in range(len(revisions))]
    for i, command in enumerate(commands):
        folder = revisions[i - 1][1] if i else place
        subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True)
    size = tree_bytes(repository)
    shutil.rmtree(repository)
    return size


def casync(place, revisions, flags):
    for i, (_, folder) in enumerate(revisions):
        subprocess.run(["casync", "make", *flags, f"--store={place}/casync/store.castr",
                        f"{place}/casync/r{i}.caidx", folder], check=True, capture_output=True)
    size = tree_bytes(place + "/casync")
    shutil.rmtree(place + "/casync")
    return size


def measure(options, place):
    need("borg", "casync")
    revisions, source = model_set.make_set(place)
    raw = sum(tree_bytes(folder) for _, folder in revisions)
    all_ours, packs = ours(options, place, revisions)
    sizes = {}
    for program, store, settings in (("borg", borg, BORG), ("casync", casync, CASYNC)):
        for name, flags in settings:
            os.makedirs(place + "/casync", exist_ok=True)
            sizes[f"{program} {name}"] = store(place, revisions, flags)
    say(f"{raw} bytes raw, packs {packs}, data directory {all_ours}, {sizes}")
    peers = ", ".join(f"{name} {size / 1e6:.2f}" for name, size in sizes.items())
    yield Row(f"{len(revisions)} revisions of real models ({source}), {raw / 1e6:.1f} MB",
              f"{all_ours / 1e6:.2f} MB, of it packs {packs / 1e6:.2f}", peers + " MB",
              f"{all_ours / min(sizes.values()):.3f} × the smallest", "smaller than all",
              all_ours < min(sizes.values()))
