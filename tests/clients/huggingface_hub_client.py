"""What a user of huggingface_hub does, from creating a repository to deleting it."""
import os
import pathlib
import struct
import tempfile

from huggingface_hub import CommitOperationAdd, HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import (BadRequestError, EntryNotFoundError,
                                    RepositoryNotFoundError)

REPO = "operator/client-test"
api = HfApi()
assert api.whoami()["name"] == "operator"
assert REPO in str(api.create_repo(REPO))
api.create_repo(REPO, exist_ok=True)

folder = pathlib.Path(tempfile.mkdtemp())
(folder / "README.md").write_text("---\nlicense: mit\nlanguage: zh\n---\n# 测试模型\n")
(folder / "config.json").write_text("{}")
tensors = b'{"w":{"dtype":"U8","shape":[3000000],"data_offsets":[0,3000000]}}'
(folder / "model.safetensors").write_bytes(
    struct.pack("<Q", len(tensors)) + tensors + os.urandom(3_000_000))
(folder / "empty").write_bytes(b"")
(folder / "sub").mkdir()
(folder / "sub" / "a b#é.txt").write_text("hi")
api.upload_folder(repo_id=REPO, folder_path=folder)

info = api.model_info(REPO, files_metadata=True)
assert info.card_data.license == "mit"
assert {s.rfilename for s in info.siblings} == {
    ".gitattributes", "README.md", "config.json", "model.safetensors", "empty", "sub/a b#é.txt"}
try:
    api.upload_file(repo_id=REPO, path_or_fileobj=b"no tensors", path_in_repo="bad.safetensors")
    raise SystemExit("a broken weight file was taken")
except BadRequestError as refused:
    assert "bad.safetensors: safetensors header: " in str(refused), refused
assert api.model_info(REPO).sha == info.sha
place = pathlib.Path(snapshot_download(REPO, cache_dir=tempfile.mkdtemp()))
for file in folder.rglob("*"):
    if file.is_file():
        assert (place / file.relative_to(folder)).read_bytes() == file.read_bytes(), file

first = info.sha
api.create_tag(REPO, tag="v1")
api.create_commit(REPO, commit_message="change", operations=[
    CommitOperationAdd("config.json", b'{"a": 1}')])
api.delete_file("empty", repo_id=REPO)
assert [t.name for t in api.list_repo_refs(REPO).tags] == ["v1"]
assert len(api.list_repo_commits(REPO)) == 4
assert api.model_info(REPO, revision="v1").sha == first
old = hf_hub_download(REPO, "config.json", revision="v1", cache_dir=tempfile.mkdtemp())
assert pathlib.Path(old).read_text() == "{}"
assert {item.path for item in api.list_repo_tree(REPO)} == {
    ".gitattributes", "README.md", "config.json", "model.safetensors", "sub"}
assert [p.path for p in api.get_paths_info(REPO, ["config.json", "none"])] == ["config.json"]
assert REPO in [m.id for m in api.list_models(search="测试")]
try:
    hf_hub_download(REPO, "none.bin", cache_dir=tempfile.mkdtemp())
    raise SystemExit("a missing file was found")
except EntryNotFoundError:
    pass
api.create_branch(REPO, branch="dev/x")
api.upload_file(repo_id=REPO, path_or_fileobj=b"x", path_in_repo="x.txt", revision="dev/x")
api.update_repo_settings(REPO, private=True)
try:
    HfApi(token=False).model_info(REPO)
    raise SystemExit("a private repository was shown to a stranger")
except RepositoryNotFoundError:
    pass
api.delete_repo(REPO)
try:
    api.model_info(REPO)
    raise SystemExit("a deleted repository was found")
except RepositoryNotFoundError:
    pass
print("huggingface_hub works")
