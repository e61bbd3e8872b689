"""What huggingface_hub uploads over Xet where hf_xet is installed, and by LFS where not: each
operation looks at what the node was asked for, and compares what comes back without Xet."""
import io
import os

import contents
from cells import check_equal, folder, main, operation, version_of
from node_watch import HAS_XET, check_xet, watched
from repositories import api, content, create, paths, plain

UPLOAD = ("xorb", "shard")
FEW = 100_000  # bytes that say what a file is made of
# Before that one chunk in 16 ended too early, after 8,128 bytes: what others cut they do not know.
CUTS_WELL = HAS_XET and version_of("hf_xet") >= (1, 1, 10)


def upload(repository, path, what):
    """Over Xet, if it can be."""
    (place := folder() / "file").write_bytes(what)
    with watched() as seen:
        api.upload_file(repo_id=repository, path_or_fileobj=place, path_in_repo=path)
    return seen


def check_content(repository, path, wanted):
    check_equal(contents.sha256(plain(repository, path)), contents.sha256(wanted), path)


@operation
def xet_upload():
    """A new file of each kind."""
    repository = create("xet-upload")
    for path, new in contents.large(seed=6).items():
        seen = upload(repository, path, new)
        if path == contents.IN_GIT:
            check_equal(dict(seen), {}, path)
        else:
            check_xet(seen, *UPLOAD)
        check_content(repository, path, new)


@operation
def xet_upload_of_bytes():
    repository, noise = create("xet-bytes"), os.urandom(300_000)
    with watched() as seen:
        api.upload_file(repo_id=repository, path_or_fileobj=noise, path_in_repo="noise.bin")
    check_xet(seen, *UPLOAD)
    check_content(repository, "noise.bin", noise)


@operation
def xet_upload_of_a_change():
    """Two places of the file differ, one in length."""
    repository, old = create("xet-change"), os.urandom(8_000_000)
    upload(repository, "model.bin", old)
    new = old[:2_000_000] + os.urandom(10) + old[2_000_000:6_000_000] + os.urandom(100)
    new += old[len(new) - 10:]
    seen = upload(repository, "model.bin", new)
    check_content(repository, "model.bin", new)
    check_xet(seen, *UPLOAD)
    assert not HAS_XET or seen.received_bytes < len(new) // 8, seen.received_bytes


@operation
def xet_upload_of_what_is_there():
    """Under another name, then in another repository."""
    repository, other, noise = create("xet-same"), create("xet-same-too"), os.urandom(3_000_000)
    upload(repository, "noise.bin", noise)
    for where in (repository, other):
        seen = upload(where, "again.bin", noise)
        check_content(where, "again.bin", noise)
        assert not HAS_XET or seen.received_bytes < FEW, seen.received_bytes
        check_equal(seen["xorb"], 0, "xorbs")


@operation
def xet_upload_of_what_others_brought():
    """By `banyan push`, and by LFS, which this client uses for open files."""
    repository, noise = create("xet-others"), os.urandom(3_000_000)
    api.upload_file(repo_id=repository, path_or_fileobj=io.BytesIO(noise), path_in_repo="lfs.bin")
    for path, there in {"lfs.bin": noise, "pushed.bin": contents.large()["noise.bin"]}.items():
        new = there + b"and some more"
        seen = upload(repository, "longer-" + path, new)
        check_content(repository, "longer-" + path, new)
        check_xet(seen, *UPLOAD)
        assert not CUTS_WELL or seen.received_bytes < len(new) // 8, (path, seen.received_bytes)


@operation
def xet_upload_folder():
    repository = create("xet-folder")
    files = {f"{n % 7}/{n}.bin": os.urandom(1000 + 3000 * n) for n in range(80)}
    files |= {f"{n}.txt": b"%d" % n for n in range(5)}
    place = contents.put(folder(), files)
    with watched() as seen:
        api.upload_folder(repo_id=repository, folder_path=place)
    check_xet(seen, *UPLOAD)
    check_equal(paths(repository), set(files))
    for path, wanted in files.items():
        check_content(repository, path, wanted)


@operation(since="0.25", until="2", why="taken away")
def xet_upload_large_folder():
    repository = create("xet-large-folder")
    files = {f"{n}.bin": os.urandom(200_000) for n in range(20)} | {"a.txt": b"a"}
    place = contents.put(folder(), files)
    with watched() as seen:
        api.upload_large_folder(repo_id=repository, repo_type="model", num_workers=2,
                                folder_path=place, print_report=False)
    check_xet(seen, *UPLOAD)
    check_equal(paths(repository), set(files))
    for path, wanted in files.items():
        check_content(repository, path, wanted)


@operation
def xet_upload_of_several_xorbs():
    """A xorb has at most 64 MiB."""
    repository, noise = create("xet-xorbs"), os.urandom(70 << 20)
    seen = upload(repository, "noise.bin", noise)
    check_xet(seen, *UPLOAD)
    assert not HAS_XET or seen["xorb"] >= 2, seen
    with watched() as seen:
        check_equal(contents.sha256(content(repository, "noise.bin")), contents.sha256(noise))
    check_xet(seen, "reconstruction", "fetch")
    check_content(repository, "noise.bin", noise)


@operation
def xet_upload_elsewhere():
    """Into a private repository, a dataset, and on a branch."""
    noise = [os.urandom(150_000 + number) for number in range(3)]
    private = create("xet-private", private=True)
    check_xet(upload(private, "noise.bin", noise[0]), *UPLOAD)
    check_content(private, "noise.bin", noise[0])
    dataset = create("xet-dataset", repo_type="dataset")
    with watched() as seen:
        api.upload_file(repo_id=dataset, repo_type="dataset", path_or_fileobj=noise[1],
                        path_in_repo="noise.bin")
    check_xet(seen, *UPLOAD)
    check_equal(content(dataset, "noise.bin", repo_type="dataset"), noise[1])
    api.create_branch(private, branch="dev/x")
    with watched() as seen:
        api.upload_file(repo_id=private, path_or_fileobj=noise[2], path_in_repo="noise.bin",
                        revision="dev/x")
    check_xet(seen, *UPLOAD)
    check_equal(content(private, "noise.bin", revision="dev/x"), noise[2])
    check_content(private, "noise.bin", noise[0])


main("huggingface_hub")
