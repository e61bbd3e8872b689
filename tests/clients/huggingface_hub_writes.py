"""What writers do with huggingface_hub: uploads, commits, and what the file system and cards make
of them. Each operation has a repository of its own."""
import io
import os

from huggingface_hub import (CommitOperationAdd, CommitOperationCopy, CommitOperationDelete,
                             DatasetCard, HfFileSystem, ModelCard, metadata_update)

import contents
from cells import check_equal, folder, main, operation
from node_calls import PARTS_FROM
from repositories import api, content, create, paths


@operation
def upload_file():
    repository = create("upload-file")
    noise = os.urandom(200_000)
    (folder_path := folder() / "path.bin").write_bytes(noise)
    for target, source in {"text.txt": b"text", "bytes.bin": noise, "a b/é#.bin": folder_path,
                           "object.bin": io.BytesIO(noise[1:]), "empty": b""}.items():
        done = api.upload_file(repo_id=repository, path_or_fileobj=source, path_in_repo=target,
                               commit_message="add " + target)
        assert repository in str(done), done
    for target, wanted in {"text.txt": b"text", "bytes.bin": noise, "a b/é#.bin": noise,
                           "object.bin": noise[1:], "empty": b""}.items():
        check_equal(content(repository, target), wanted, target)
    check_equal(api.list_repo_commits(repository)[0].title, "add empty")


@operation
def upload_again():
    """The same content is no second commit, or an empty one where the client asks for that."""
    repository, noise = create("upload-again"), os.urandom(100_000)
    for _ in range(2):
        api.upload_file(repo_id=repository, path_or_fileobj=noise, path_in_repo="noise.bin")
        api.upload_file(repo_id=repository, path_or_fileobj=b"text", path_in_repo="text.txt")
    check_equal(paths(repository), {"noise.bin", "text.txt"})
    check_equal(len(api.list_repo_commits(repository)), 3)


@operation
def upload_folder():
    repository, files = create("upload-folder"), contents.first_commit()
    place = contents.put(folder(), {**files, "left-out.log": b"log"})
    done = api.upload_folder(repo_id=repository, folder_path=place, ignore_patterns="*.log")
    check_equal(done.oid, api.model_info(repository).sha)
    check_equal(paths(repository), set(files))
    for path, wanted in files.items():
        check_equal(content(repository, path), wanted, path)
    check_equal(api.model_info(repository).card_data.license, "mit")
    place = contents.put(folder(), {"new.json": b"{}"})
    api.upload_folder(repo_id=repository, folder_path=place, path_in_repo="sub",
                      delete_patterns="*.txt")
    check_equal(paths(repository), set(files) - {"sub/a b#é.txt"} | {"sub/new.json"})


@operation
def upload_to_a_branch():
    repository = create("branch-upload")
    api.create_branch(repository, branch="dev/x")
    api.upload_file(repo_id=repository, path_or_fileobj=os.urandom(50_000),
                    path_in_repo="x.bin", revision="dev/x")
    check_equal((paths(repository), paths(repository, revision="dev/x")), (set(), {"x.bin"}))


@operation
def upload_to_a_dataset():
    repository = create("dataset-upload", repo_type="dataset")
    for path in ("train.csv", "train.bin"):
        done = api.upload_file(repo_id=repository, repo_type="dataset", path_in_repo=path,
                               path_or_fileobj=b"a,b\n1,2\n" + bytes(path == "train.bin"))
        assert "datasets/" + repository in str(done), done
    check_equal(content(repository, "train.csv", repo_type="dataset"), b"a,b\n1,2\n")


@operation
def upload_in_parts():
    repository, noise = create("parts"), os.urandom(PARTS_FROM + 1_000_000)
    (path := folder() / "large.bin").write_bytes(noise)
    api.upload_file(repo_id=repository, path_or_fileobj=path, path_in_repo="large.bin")
    check_equal(contents.sha256(content(repository, "large.bin")), contents.sha256(noise))


@operation(since="0.25", until="2", why="taken away")
def upload_large_folder():
    repository = create("large-folder")
    files = {f"{number}.bin": os.urandom(30_000) for number in range(12)} | {"a.txt": b"a"}
    api.upload_large_folder(repo_id=repository, repo_type="model", num_workers=2,
                            folder_path=contents.put(folder(), files), print_report=False)
    check_equal(paths(repository), set(files))
    check_equal(content(repository, "7.bin"), files["7.bin"])


@operation
def create_commit():
    repository, noise = create("commit"), os.urandom(60_000)
    api.create_commit(repository, commit_message="three", commit_description="of a kind",
                      operations=[CommitOperationAdd("one.txt", b"1"),
                                  CommitOperationAdd("dir/two.bin", noise),
                                  CommitOperationAdd("dir/three.txt", b"3")])
    head = api.model_info(repository).sha
    done = api.create_commit(
        repository, commit_message="all kinds", parent_commit=head,
        operations=[CommitOperationCopy("dir/two.bin", "copy.bin"),
                    CommitOperationDelete("dir/", is_folder=True),
                    CommitOperationDelete("one.txt"), CommitOperationAdd("four.txt", b"4")])
    check_equal(paths(repository), {"copy.bin", "four.txt"})
    check_equal(content(repository, "copy.bin"), noise)
    check_equal(done.oid, api.list_repo_commits(repository)[0].commit_id)
    check_equal(api.list_repo_commits(repository)[1].message.strip(), "of a kind")


@operation(since="1.19")
def copy_from_another_repository():
    source, target = create("copy-from", private=True), create("copy-to", repo_type="dataset")
    noise = os.urandom(60_000)
    api.create_commit(source, commit_message="two", operations=[
        CommitOperationAdd("noise.bin", noise), CommitOperationAdd("text.txt", b"text")])
    api.create_commit(target, repo_type="dataset", commit_message="copied", operations=[
        CommitOperationCopy(path, "dir/" + path, src_repo_id=source, src_repo_type="model")
        for path in ("noise.bin", "text.txt")])
    check_equal(content(target, "dir/noise.bin", repo_type="dataset"), noise)
    check_equal(content(target, "dir/text.txt", repo_type="dataset"), b"text")


@operation
def preupload():
    repository, noise = create("preupload"), os.urandom(60_000)
    add = CommitOperationAdd("noise.bin", noise)
    api.preupload_lfs_files(repository, [add])
    api.create_commit(repository, [add], commit_message="uploaded before")
    check_equal(content(repository, "noise.bin"), noise)


@operation
def delete_files():
    repository = create("delete")
    api.upload_folder(repo_id=repository, folder_path=contents.put(folder(), {
        "a.txt": b"a", "b.txt": b"b", "dir/c.txt": b"c", "dir/d.txt": b"d"}))
    api.delete_file("a.txt", repo_id=repository)
    check_equal(paths(repository), {"b.txt", "dir/c.txt", "dir/d.txt"})
    api.delete_folder("dir", repo_id=repository)
    check_equal(paths(repository), {"b.txt"})


@operation(since="0.24")
def delete_by_pattern():
    repository = create("delete-pattern")
    api.upload_folder(repo_id=repository, folder_path=contents.put(folder(), {
        "a.txt": b"a", "b.json": b"{}", "dir/c.txt": b"c"}))
    api.delete_files(repository, ["*.txt"])
    check_equal(paths(repository), {"b.json"})


@operation
def file_system_write():
    files, root = HfFileSystem(), create("file-system")
    with files.open(root + "/written.txt", "w") as file:
        file.write("written")
    check_equal(files.cat_file(root + "/written.txt"), b"written")
    noise = os.urandom(70_000)
    with files.open(root + "/dir/noise.bin", "wb") as file:
        file.write(noise)
    (path := folder() / "put.txt").write_bytes(b"put")
    files.put_file(str(path), root + "/put.txt")
    files.cp_file(root + "/dir/noise.bin", root + "/copy.bin")
    files.invalidate_cache()
    check_equal(files.cat_file(root + "/copy.bin"), noise)
    files.mv(root + "/put.txt", root + "/moved.txt")
    files.rm(root + "/dir", recursive=True)
    check_equal(paths(root), {"written.txt", "copy.bin", "moved.txt"})


@operation(since="1.20", why="older ones have the cards judged by a fixed address")
def cards_pushed():
    repository = create("card")
    ModelCard("---\nlicense: mit\nlanguage: sw\n---\n# Kadi\n").push_to_hub(repository)
    check_equal(api.model_info(repository).card_data.language, "sw")
    metadata_update(repository, {"pipeline_tag": "text-generation"})
    check_equal(ModelCard.load(repository).data.pipeline_tag, "text-generation")
    dataset = create("card", repo_type="dataset")
    DatasetCard("---\nlicense: cc0-1.0\n---\n# Data\n").push_to_hub(dataset)
    check_equal(api.dataset_info(dataset).card_data.license, "cc0-1.0")


main("huggingface_hub")
