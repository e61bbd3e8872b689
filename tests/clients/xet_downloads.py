"""What huggingface_hub downloads over Xet where hf_xet is installed, and without it where not: each
operation looks at what the node was asked for."""
import os
import urllib.error

from huggingface_hub import (CommitOperationAdd, HfApi, HfFileSystem, get_hf_file_metadata,
                             hf_hub_download, hf_hub_url, snapshot_download)
from huggingface_hub.utils import GatedRepoError, RepositoryNotFoundError

import contents
from cells import GUEST, check_equal, folder, main, operation, raises
from node_watch import HAS_XET, check_xet, watched
from repositories import api, content, create, get

guest = HfApi(token=GUEST)
FILES = contents.large()
DOWNLOAD = ("reconstruction", "fetch")


def check_file(place, wanted, what):
    """Without saying all of it when it is wrong."""
    with open(place, "rb") as file:
        check_equal(contents.sha256(file.read()), contents.sha256(wanted), what)


def check_refused(repository, kind, token, status):
    """The way to a token is closed to whom the repository is closed."""
    try:
        get(f"{api.endpoint}/api/models/{repository}/xet-{kind}-token/main", token)
    except urllib.error.HTTPError as refused:
        check_equal(refused.code, status, f"{repository}, {kind}")
        return
    raise AssertionError(f"a token to {kind} {repository} was given")


@operation(mirrored=True)
def xet_download():
    for path, wanted in FILES.items():
        with watched() as seen:
            check_file(hf_hub_download(contents.LARGE, path, cache_dir=folder()), wanted, path)
        if path == contents.IN_GIT:
            check_equal(dict(seen), {}, path)
        else:
            check_xet(seen, *DOWNLOAD)


@operation(mirrored=True)
def xet_snapshot():
    for options in ({"cache_dir": folder()}, {"local_dir": folder()}):
        with watched() as seen:
            place = snapshot_download(contents.LARGE, **options)
        check_xet(seen, *DOWNLOAD)
        for path, wanted in FILES.items():
            check_file(f"{place}/{path}", wanted, path)


@operation
def xet_download_of_a_revision():
    wanted = contents.first_commit()["model.safetensors"]
    for revision in ("v1", api.model_info(contents.READS, revision="v1").sha):
        with watched() as seen:
            place = hf_hub_download(contents.READS, "model.safetensors", revision=revision,
                                    cache_dir=folder())
        check_file(place, wanted, revision)
        check_xet(seen, *DOWNLOAD)


def streamed(path, ranges):
    """Ranges as hf_xet itself gives them. Old ones cannot; then there are none."""
    import hf_xet
    if not hasattr(hf_xet, "XetDownloadStreamGroup"):
        return
    file = get_hf_file_metadata(hf_hub_url(contents.LARGE, path)).xet_file_data
    group = hf_xet.XetSession().new_download_stream_group(
        token_refresh_url=file.refresh_route,
        token_refresh_headers={"authorization": "Bearer " + os.environ["HF_TOKEN"]})
    info = hf_xet.XetFileInfo(file.file_hash, len(FILES[path]))
    for start, end in ranges:
        yield start, end, b"".join(group.download_stream(info, start=start, end=end))


@operation(mirrored=True)
def xet_ranges():
    """HfFileSystem asks for them over plain HTTP, with hf_xet too."""
    for path in ("noise.bin", "equal.bin", "text.txt"):
        size, files = len(FILES[path]), HfFileSystem()
        ranges = ((0, 1), (70_000, 70_001), (100, 1_000_000), (size - 1, size), (0, size))
        for start, end in ranges:
            seen = files.cat_file(f"{contents.LARGE}/{path}", start, end)
            check_equal(seen == FILES[path][start:end], True, f"{path} {start} {end}")
        for start, end, seen in streamed(path, ranges) if HAS_XET else ():
            check_equal(seen == FILES[path][start:end], True, f"{path} {start} {end} as a stream")


@operation
def xet_private():
    with watched() as seen:
        check_equal(content(contents.PRIVATE, "secret.bin"), contents.SECRET)
    check_xet(seen, *DOWNLOAD)
    with raises(RepositoryNotFoundError):
        guest.hf_hub_download(contents.PRIVATE, "secret.bin", cache_dir=folder())
    for kind in ("read", "write"):
        check_refused(contents.PRIVATE, kind, GUEST, 404)


@operation(since="0.24")
def xet_gated():
    repository, noise = create("xet-gated"), os.urandom(200_000)
    api.create_commit(repository, [CommitOperationAdd("weights.bin", noise)], commit_message="all")
    api.update_repo_settings(repository, gated="manual")
    with watched() as seen:
        check_equal(content(repository, "weights.bin"), noise)
    check_xet(seen, *DOWNLOAD)
    with raises(GatedRepoError):
        guest.hf_hub_download(repository, "weights.bin", cache_dir=folder())
    check_refused(repository, "read", GUEST, 403)
    api.grant_access(repository, "guest")
    with watched() as seen:
        guest.hf_hub_download(repository, "weights.bin", cache_dir=folder())
    check_xet(seen, *DOWNLOAD)
    check_refused(repository, "write", GUEST, 403)


main("huggingface_hub")
