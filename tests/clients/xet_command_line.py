"""What the command line moves over Xet, in processes of their own: with what hf_xet remembers in
its cache, without it, and with Xet switched off."""
import os

import contents
from cells import check_equal, folder, main, operation
from hf_command import hf
from node_watch import HAS_XET, check_xet, watched
from repositories import create, plain

NOISE = contents.large()["noise.bin"]


def download(**variables):
    """A large file; what the node saw."""
    target = folder()
    with watched() as seen:
        hf("download", contents.LARGE, "noise.bin", "--local-dir", target, **variables)
    check_equal(contents.sha256((target / "noise.bin").read_bytes()), contents.sha256(NOISE))
    return seen


def upload(repository, path, what, **variables):
    (place := folder() / "file").write_bytes(what)
    with watched() as seen:
        hf("upload", repository, place, path, **variables)
    check_equal(contents.sha256(plain(repository, path)), contents.sha256(what), path)
    return seen


@operation
def xet_cli_download():
    """A kept cache may make it fetch less the second time, a fresh one not."""
    kept = {"HF_XET_CACHE": str(folder()), "HF_XET_CHUNK_CACHE_SIZE_BYTES": "1000000000"}
    for _ in range(2):
        check_xet(download(**kept), "reconstruction")
    check_xet(download(HF_XET_CACHE=str(folder())), "reconstruction", "fetch")


@operation
def xet_cli_upload():
    """What the node says of chunks does for a process that remembers none."""
    repository, noise = create("xet-cli"), os.urandom(4_000_000)
    kept, fresh = ({"HF_XET_CACHE": str(folder())} for _ in range(2))
    check_xet(upload(repository, "noise.bin", noise, **kept), "xorb", "shard")
    for name, cache in {"kept": kept, "fresh": fresh}.items():
        new = noise[:3_000_000] + name.encode() + noise[3_000_000:]
        seen = upload(repository, name + ".bin", new, **cache)
        check_xet(seen, "xorb", "shard")
        assert not HAS_XET or seen.received_bytes < len(new) // 8, (name, seen.received_bytes)


@operation
def xet_cli_switched_off():
    off, noise = {"HF_HUB_DISABLE_XET": "1"}, os.urandom(300_000)
    check_equal(dict(download(**off)), {}, "download")
    seen = upload(create("xet-off"), "noise.bin", noise, **off)
    check_equal(dict(seen), {}, "upload")


main("huggingface_hub")
