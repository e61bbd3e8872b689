"""What readers do with huggingface_hub."""
import os
import pathlib
import subprocess
import sys

from huggingface_hub import (DatasetCard, HfApi, HfFileSystem, ModelCard, get_hf_file_metadata,
                             hf_hub_download, hf_hub_url, snapshot_download)

import contents
from cells import check_equal, folder, main, operation
from node_calls import operator

api = HfApi()
LAST = contents.last_commit()
KEPT = {".cache", ".huggingface"}  # what the client keeps beside the files
WHOLE = {**LAST, ".gitattributes": None}  # the node adds it


def check_files(place, files):
    place = pathlib.Path(place)
    paths = [path.relative_to(place) for path in place.rglob("*") if path.is_file()]
    seen = {str(path): (place / path).read_bytes() for path in paths
            if not KEPT & set(path.parts)}
    seen.pop(".gitattributes", None)
    check_equal(seen.keys(), files.keys())
    for path, content in files.items():
        check_equal(seen[path], content, path)


@operation
def whoami():
    me = api.whoami()
    check_equal((me["name"], me["auth"]["accessToken"]["role"]), ("operator", "admin"))


@operation
def model_info():
    info = api.model_info(contents.READS, files_metadata=True)
    check_equal((info.id, info.private, info.gated), (contents.READS, False, False))
    check_equal((info.card_data.license, info.pipeline_tag), ("mit", "text-generation"))
    assert {"license:mit", "reads"} <= set(info.tags), info.tags
    assert info.created_at <= info.last_modified
    check_equal({s.rfilename for s in info.siblings}, set(WHOLE))
    [weights] = [s for s in info.siblings if s.rfilename == "model.safetensors"]
    check_equal(weights.lfs["sha256"], contents.sha256(LAST["model.safetensors"]))
    [config] = [s for s in info.siblings if s.rfilename == "config.json"]
    check_equal((config.size, config.blob_id),
                (len(LAST["config.json"]), contents.git_oid(LAST["config.json"])))
    check_equal(info.safetensors.parameters, {"U8": 3_000_010})


@operation(since="0.30", why="older ones read what the hub no longer says")
def security_status():
    info = api.model_info(contents.READS, securityStatus=True)
    check_equal(info.security_repo_status, {"scansDone": False, "filesWithIssues": []})
    check_equal(api.model_info(contents.READS).security_repo_status, None)
    files = [*api.list_repo_tree(contents.READS, recursive=True, expand=True),
             *api.get_paths_info(contents.READS, ["config.json"], expand=True)]
    for file in files:
        if hasattr(file, "security"):
            check_equal((file.security.safe, file.security.status, file.security.av_scan,
                         file.security.pickle_import_scan), (False, "unscanned", None, None),
                        file.path)
    check_equal(sum(hasattr(file, "security") for file in files), len(WHOLE) + 1)


@operation(since="0.24")
def expand():
    info = api.model_info(contents.READS, expand=["downloads", "cardData"])
    check_equal((info.downloads, info.card_data.license, info.siblings), (info.downloads, "mit",
                                                                          None))
    assert info.downloads is not None


@operation
def dataset_info():
    info = api.dataset_info(contents.TABLE)
    check_equal((info.id, info.card_data.license), (contents.TABLE, "cc-by-4.0"))


@operation
def exists():
    assert api.repo_exists(contents.READS) and not api.repo_exists("operator/none")
    assert api.revision_exists(contents.READS, "v1") and not api.revision_exists(contents.READS,
                                                                                 "v9")
    assert api.file_exists(contents.READS, "sub/a b#é.txt")
    assert not api.file_exists(contents.READS, "none")


@operation
def list_models():
    def ids(**filters):
        return {model.id for model in api.list_models(**filters)}
    assert contents.READS in ids(search="测试"), "search"
    assert {contents.READS, contents.MANY} <= ids(author="operator"), "author"
    assert contents.READS in ids(filter=["license:mit", "reads"]), "filter"
    assert contents.MANY not in ids(filter="reads"), "filter"
    assert contents.PRIVATE in ids(author="operator"), "private"
    check_equal(len(list(api.list_models(sort="lastModified", limit=2))), 2, "limit")
    newest = [model.created_at for model in api.list_models(sort="createdAt", limit=3, full=True)]
    check_equal(newest, sorted(newest, reverse=True), "sort")
    found = api.list_models(search="测试", full=True, cardData=True)
    [model] = [model for model in found if model.id == contents.READS]
    check_equal(model.card_data.license, "mit", "card")


@operation(since="0.36", why="older ones do not ask for it")
def list_models_of_providers():
    check_equal(list(api.list_models(inference="warm")), [])
    check_equal(list(api.list_models(inference_provider="all")), [])


@operation
def list_datasets():
    found = list(api.list_datasets(author="operator", filter="language:sw"))
    check_equal([dataset.id for dataset in found], [contents.TABLE])


@operation
def list_repo_tree():
    check_equal(set(api.list_repo_files(contents.READS)), set(WHOLE))
    root = {item.path: item for item in api.list_repo_tree(contents.READS, expand=True)}
    check_equal(root["config.json"].last_commit.title, "second")
    weights = root["model.safetensors"]
    check_equal((weights.size, weights.lfs["sha256"]), (len(LAST["model.safetensors"]),
                contents.sha256(LAST["model.safetensors"])))
    below = api.list_repo_tree(contents.READS, "sub", recursive=True)
    check_equal({item.path for item in below},
                {"sub/a b#é.txt", "sub/deep", "sub/deep/100%.json"})
    check_equal([item.path for item in api.list_repo_tree(contents.READS, revision="dev/x")
                 if item.path == "x.txt"], ["x.txt"])


@operation
def pages_of_a_tree():
    found = api.list_repo_tree(contents.MANY, recursive=True, expand=True)
    check_equal({item.path for item in found if hasattr(item, "size")} - {".gitattributes"},
                set(contents.many()))


@operation
def paths_info():
    found = api.get_paths_info(contents.READS, ["config.json", "sub", "none"], expand=True)
    check_equal([item.path for item in found], ["config.json", "sub"])
    check_equal(found[0].blob_id, contents.git_oid(LAST["config.json"]))


@operation
def refs():
    found = api.list_repo_refs(contents.READS, include_pull_requests=True)
    check_equal({branch.name: branch.ref for branch in found.branches},
                {"main": "refs/heads/main", "dev/x": "refs/heads/dev/x"})
    check_equal([tag.name for tag in found.tags], ["v1"])
    check_equal(found.pull_requests, [])


@operation
def commits():
    found = api.list_repo_commits(contents.READS, formatted=True)
    check_equal([commit.title for commit in found], ["second", "first", "initial commit"])
    check_equal((found[0].message.strip(), found[0].authors), ("with a body", ["operator"]))
    check_equal(found[0].commit_id, api.model_info(contents.READS).sha)
    assert found[0].created_at >= found[1].created_at
    check_equal(len(api.list_repo_commits(contents.READS, revision="v1")), 2)


@operation
def download():
    for path, content in LAST.items():
        place = hf_hub_download(contents.READS, path, cache_dir=folder())
        check_equal(pathlib.Path(place).read_bytes(), content, path)
    place = hf_hub_download(contents.TABLE, "train.csv", repo_type="dataset", cache_dir=folder())
    check_equal(pathlib.Path(place).read_bytes(), contents.table()["train.csv"])
    place = hf_hub_download(contents.OLD_NAME, "moved.txt", cache_dir=folder())
    check_equal(pathlib.Path(place).read_bytes(), b"moved")


@operation
def download_of_a_revision():
    info = api.model_info(contents.READS, revision="v1")
    for revision in ("v1", info.sha, "refs/tags/v1"):
        place = hf_hub_download(contents.READS, "config.json", revision=revision,
                                cache_dir=folder())
        check_equal(pathlib.Path(place).read_bytes(), contents.first_commit()["config.json"])
    place = hf_hub_download(contents.READS, "x.txt", revision="dev/x", cache_dir=folder())
    check_equal(pathlib.Path(place).read_bytes(), b"x")


@operation
def download_again():
    cache, target = folder(), folder()
    first = hf_hub_download(contents.READS, "model.safetensors", cache_dir=cache)
    assert contents.sha256(LAST["model.safetensors"]) in str(pathlib.Path(first).readlink())
    check_equal(hf_hub_download(contents.READS, "model.safetensors", cache_dir=cache,
                                local_files_only=True), first)
    for _ in range(2):
        hf_hub_download(contents.READS, "sub/deep/100%.json", local_dir=target)
    check_files(target, {"sub/deep/100%.json": b"[]"})


@operation
def file_metadata():
    seen = get_hf_file_metadata(hf_hub_url(contents.READS, "config.json"))
    check_equal((seen.commit_hash, seen.etag, seen.size),
                (api.model_info(contents.READS).sha, contents.git_oid(LAST["config.json"]),
                 len(LAST["config.json"])))


@operation
def snapshot():
    check_files(snapshot_download(contents.READS, cache_dir=folder()), LAST)
    check_files(snapshot_download(contents.READS, revision="v1", local_dir=folder()),
                contents.first_commit())
    place = snapshot_download(contents.TABLE, repo_type="dataset", cache_dir=folder())
    check_files(place, contents.table())


def kept_snapshot(cache, *arguments):
    """Where a process of its own finds it that has this cache and reaches no node."""
    program = "import huggingface_hub, sys; print(huggingface_hub.snapshot_download(" \
        "sys.argv[1], revision=sys.argv[2], repo_type=sys.argv[3], local_files_only=True))"
    return subprocess.check_output(
        [sys.executable, "-c", program, *arguments], text=True,
        env=os.environ | {"HF_HUB_CACHE": str(cache), "HF_ENDPOINT": "http://127.0.0.1:9"}).strip()


@operation
def snapshot_that_banyan_pulled():
    """Into its own cache, which has the same shape, or into that of huggingface_hub."""
    for options, cache in ([], ".cache/banyan/hub"), (["--hf-cache"], ".cache/huggingface/hub"):
        operator.run("pull", contents.READS, *options)
        operator.run("pull", contents.READS + "@v1", *options)
        operator.run("pull", "datasets/" + contents.TABLE, *options)
        cache = operator.home / cache
        check_files(kept_snapshot(cache, contents.READS, "main", "model"), LAST)
        check_files(kept_snapshot(cache, contents.READS, "v1", "model"), contents.first_commit())
        check_files(kept_snapshot(cache, contents.TABLE, "main", "dataset"), contents.table())
        place = hf_hub_download(contents.READS, "model.safetensors", cache_dir=cache,
                                local_files_only=True)
        check_equal(pathlib.Path(place).read_bytes(), LAST["model.safetensors"])


@operation
def snapshot_with_patterns():
    place = snapshot_download(contents.READS, allow_patterns=["*.json", "sub/*"],
                              ignore_patterns="*deep*", cache_dir=folder())
    check_files(place, {path: LAST[path] for path in ("config.json", "sub/a b#é.txt")})


@operation
def file_system_read():
    files, root = HfFileSystem(), contents.READS
    check_equal({name.removeprefix(root + "/") for name in files.ls(root, detail=False)},
                {"README.md", "config.json", "model.safetensors", "empty", "sub",
                 ".gitattributes"})
    check_equal(files.glob(root + "/**/*.json"), [root + "/config.json",
                                                  root + "/sub/deep/100%.json"])
    check_equal(len(files.find(contents.MANY)), contents.MANY_FILES + 1)
    check_equal(files.info(root + "/model.safetensors")["size"], len(LAST["model.safetensors"]))
    check_equal(files.cat_file(root + "@v1/config.json"), contents.first_commit()["config.json"])
    check_equal(files.cat_file("datasets/" + contents.TABLE + "/train.csv", 0, 7), b"id,word")
    with files.open(root + "/model.safetensors", "rb", block_size=100_000) as file:
        file.seek(1_234_567)
        check_equal(file.read(300_000), LAST["model.safetensors"][1_234_567:1_534_567])
    with files.open(root + "@dev%2Fx/x.txt", "r") as file:
        check_equal(file.read(), "x")
    assert files.exists(root) and files.isdir(root + "/sub") and not files.exists(root + "/none")
    files.get(root + "/sub", str(folder()), recursive=True)


@operation
def safetensors_metadata():
    one = api.get_safetensors_metadata(contents.READS)
    check_equal((one.sharded, one.parameter_count), (False, {"U8": 3_000_010}))
    two = api.get_safetensors_metadata(contents.SHARDED)
    check_equal((two.sharded, two.parameter_count), (True, {"U8": 300}))
    check_equal(set(two.weight_map), {"one", "two"})


@operation
def cards():
    card = ModelCard.load(contents.READS)
    check_equal((card.data.license, card.data.language), ("mit", "zh"))
    check_equal(DatasetCard.load(contents.TABLE).data.license, "cc-by-4.0")


@operation
def discussions():
    check_equal(list(api.get_repo_discussions(contents.READS)), [])


@operation(since="0.30")
def lfs_files():
    [weights] = api.list_lfs_files(contents.READS)
    check_equal((weights.filename, weights.size, weights.file_oid),
                ("model.safetensors", len(LAST["model.safetensors"]),
                 contents.sha256(LAST["model.safetensors"])))


@operation(since="1.1")
def verify_checksums():
    place = snapshot_download(contents.READS, local_dir=folder())
    seen = api.verify_repo_checksums(contents.READS, local_dir=place)
    check_equal((seen.checked_count, seen.mismatches, seen.missing_paths), (len(WHOLE), [], []))


main("huggingface_hub")
