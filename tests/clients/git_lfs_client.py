"""What users of git-lfs do with a node: this column's git-lfs, and the machine's git."""
import functools
import os
import pathlib
import sys
import time

import contents
import seed
from banyan_program import sha256
from cells import COLUMN, WORK, check_equal, main, operation
from cutting_relay import CuttingRelay
from git_program import Git, with_token
from node_calls import (ENDPOINT, PORT, PROGRAM, TOKEN, asked, create, operator, served,
                        tree)
from place import Place

MIB = 1 << 20
LARGE_MIB = 1024 if os.environ.get("BANYAN_LONG") else 24
SLOWLY_BYTES = 8 * MIB  # a second
POINTER = "version https://git-lfs.github.com/spec/v1\n"

os.environ["PATH"] = f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"
git = Git(WORK / "git")


def url(repository, base=ENDPOINT, token=TOKEN):
    return with_token(f"{base}/{repository}", token)


def oid(folder, path):
    text = git.run("cat-file", "-p", f"HEAD:{path}", folder=folder)
    return text.split("sha256:")[1].split()[0]


def uploads(oid_of_file):
    return asked("PUT", "/lfs/object/" + oid_of_file)


@functools.cache
def pushed():
    """A repository, a clone that large files were pushed from, and the largest."""
    git.run("lfs", "install", "--skip-repo")
    repository, weights = create("lfs"), os.urandom(20 * MIB)
    folder = git.clone(url(repository), "one")
    (folder / "empty.bin").write_bytes(b"")
    git.commit(folder, "weights", model_bin=weights, sub__more_bin=os.urandom(MIB))
    said = git.run("push", folder=folder)
    assert "Uploading LFS objects: 100%" in said, said
    return repository, folder, weights


@operation
def the_version():
    said = git.run("lfs", "version")
    assert COLUMN == "installed" or said.startswith(f"git-lfs/{COLUMN} "), said


@operation
def push_large_files():
    """The API serves their bytes, git has pointers."""
    repository, folder, weights = pushed()
    assert served(repository, "model.bin") == weights, "other bytes are served"
    text = git.run("cat-file", "-p", "HEAD:model.bin", folder=folder)
    assert text.startswith(POINTER), text
    check_equal(tree(repository)["model.bin"]["lfs"]["size"], len(weights))


@operation
def clone_large_files():
    folder = git.clone(f"{ENDPOINT}/{pushed()[0]}", "full")
    assert (folder / "model.bin").read_bytes() == pushed()[2], "other bytes were cloned"


@operation(mirrored=True)
def clone_what_banyan_pushed():
    git.run("lfs", "install", "--skip-repo")
    folder = git.clone(f"{ENDPOINT}/{contents.LARGE}", "banyans")
    for path, content in contents.large().items():
        assert (folder / path).read_bytes() == content, path


@operation
def pull_what_a_clone_left_out():
    repository, from_folder, _ = pushed()
    folder = git.clone(url(repository), "thin", GIT_LFS_SKIP_SMUDGE="1")
    assert (folder / "model.bin").read_text().startswith(POINTER)
    git.run("lfs", "pull", folder=folder)
    check_equal(sha256(folder / "model.bin"), sha256(from_folder / "model.bin"))
    git.run("lfs", "fsck", folder=folder)


@operation
def push_to_a_dataset():
    repository, content = f"datasets/operator/lfs-{COLUMN}", os.urandom(MIB)
    operator.run("create", repository)
    folder = git.clone(url(repository + ".git"), "dataset")
    git.commit(folder, "rows", train_bin=content)
    git.run("push", folder=folder)
    assert served(repository, "train.bin") == content, "other bytes are served"


@operation
def a_private_repository():
    """A token in the address is enough; a stranger is asked to sign in."""
    repository, content = create("lfs-private", "--private"), os.urandom(MIB)
    folder = git.clone(url(repository), "private")
    git.commit(folder, "weights", model_bin=content)
    git.run("push", folder=folder)
    assert served(repository, "model.bin") == content, "other bytes are served"
    again = git.clone(url(repository), "private-again")
    assert (again / "model.bin").read_bytes() == content, "other bytes were cloned"
    git.run("remote", "set-url", "origin", f"{ENDPOINT}/{repository}", folder=again)
    for path in (again / ".git/lfs/objects").rglob("*"):
        if path.is_file():
            path.unlink()
    said = git.refused("lfs", "fetch", "origin", "main", folder=again).lower()
    assert "credentials" in said or "authoriz" in said or "could not read" in said, said


def start_push(folder, relay, bytes_before):
    """A slow push, after so much went up."""
    relay.rate_bytes, sent = SLOWLY_BYTES, relay.up_bytes
    pushing = git.start("push", cwd=folder, start_new_session=True)
    while relay.up_bytes - sent < bytes_before:
        assert pushing.poll() is None, "it was faster"
        time.sleep(0.01)
    return pushing


@operation
def an_upload_that_was_killed_goes_on():
    """With the next push, which does not send again what had arrived whole."""
    pushed()
    repository, relay = create("lfs-killed"), CuttingRelay(PORT)
    folder = git.clone(url(repository, relay.url), "killed")
    first, second = os.urandom(4 * MIB), os.urandom(24 * MIB)
    git.commit(folder, "first", first_bin=first)
    git.run("lfs", "push", "--object-id", "origin", oid(folder, "first.bin"), folder=folder)
    git.commit(folder, "second", second_bin=second)
    pushing = start_push(folder, relay, 6 * MIB)
    os.killpg(pushing.pid, 9)
    pushing.wait()
    relay.rate_bytes = 0
    git.run("push", folder=folder)
    assert served(repository, "first.bin") == first and served(repository, "second.bin") == second
    check_equal([len(uploads(oid(folder, path))) for path in ("first.bin", "second.bin")], [1, 2])


@operation
def a_node_that_was_killed_goes_on():
    """In the middle of an upload, with no time to tidy up."""
    pushed()
    place = Place(PROGRAM, WORK, "killed-node")
    with seed.running(place):
        place.operator.run("create", "operator/killed")
        relay = CuttingRelay(place.node.port)
        folder = git.clone(url("operator/killed", relay.url, place.node.token), "killed-node")
        git.commit(folder, "weights", model_bin=os.urandom(24 * MIB))
        pushing = start_push(folder, relay, 6 * MIB)
        place.node.kill()
        place.node.start()
        relay.rate_bytes = 0
        pushing.communicate(timeout=120)  # it tries again, or not
        git.run("push", folder=folder)
        again = git.clone(f"{place.node.url}/operator/killed", "killed-node-again")
        check_equal(sha256(again / "model.bin"), sha256(folder / "model.bin"))


@functools.cache
def large():
    """A repository, the hash of its file, and a relay; the connection broke while it was pushed."""
    pushed()
    repository, relay = create("lfs-large"), CuttingRelay(PORT)
    folder = git.clone(url(repository, relay.url), "large")
    with open(folder / "large.bin", "wb") as file:
        for _ in range(LARGE_MIB):
            file.write(os.urandom(MIB))
    git.commit(folder, "large")
    relay.cut_up_after_bytes = relay.up_bytes + LARGE_MIB // 2 * MIB
    git.run("push", folder=folder)
    check_equal(relay.cut_up_after_bytes, 0, "nothing was cut")
    return repository, oid(folder, "large.bin"), relay


@operation
def an_upload_that_breaks_off_goes_on():
    """Of 1 GiB in a long run. By itself: git-lfs sends the file once more."""
    repository, its_oid, _ = large()
    check_equal(len(uploads(its_oid)), 2)
    check_equal(tree(repository)["large.bin"]["lfs"]["size"], LARGE_MIB * MIB)


@operation
def a_download_that_breaks_off_goes_on():
    """Of the same file, where it stopped."""
    repository, its_oid, relay = large()
    folder = git.clone(url(repository, relay.url), "large-again", GIT_LFS_SKIP_SMUDGE="1")
    relay.cut_after_bytes = relay.down_bytes + LARGE_MIB // 2 * MIB
    git.run("lfs", "pull", folder=folder)
    check_equal(relay.cut_after_bytes, 0, "nothing was cut")
    assert 206 in asked("GET", "/lfs/object/" + its_oid), "it began anew"
    check_equal(sha256(folder / "large.bin"), its_oid)


main()
