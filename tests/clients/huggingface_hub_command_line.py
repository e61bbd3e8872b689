"""What users of the command line do with a node. Every command runs in a process of its own."""
import os

from huggingface_hub import HfApi

import contents
from cells import COLUMN, WORK, check_equal, folder, main, number, operation
from git_program import Git, with_token
from hf_command import NEW, PROGRAM, VERSION, call, hf
from node_calls import ENDPOINT, PARTS_FROM, TOKEN, asked, served

REPOS = "repos" if VERSION >= number("1.9") else "repo"
api = HfApi()


@operation
def cli_whoami():
    assert "operator" in hf(*(["auth", "whoami"] if NEW else ["whoami"]))


@operation
def cli_login():
    home, words = folder(), ["auth", "login"] if NEW else ["login"]
    environment = {"HF_HOME": str(home), "HF_TOKEN": ""}
    hf(*words, "--token", os.environ["HF_TOKEN"], **environment)
    assert "operator" in hf(*(["auth", "whoami"] if NEW else ["whoami"]), **environment)
    code, said = call(*words, "--token", "hf_bnyn" + "x" * 40, **environment)
    assert code != 0 and "oken" in said, said


@operation
def cli_create():
    repository = "operator/cli-" + COLUMN
    words = [REPOS, "create"] if NEW else ["repo", "create"]
    hf(*words, repository if NEW else "cli-" + COLUMN, *([] if NEW else ["--yes"]))
    assert api.repo_exists(repository)


@operation
def cli_upload():
    repository = "operator/cli-upload-" + COLUMN
    files = {"a.bin": os.urandom(50_000), "sub/b.txt": b"b", "c.log": b"c"}
    place = contents.put(folder(), files)
    said = hf("upload", repository, place, "--exclude", "*.log")
    assert repository in said, said
    hf("upload", repository, place / "a.bin", "named.bin", "--commit-message", "one file")
    check_equal(set(api.list_repo_files(repository)) - {".gitattributes"},
                {"a.bin", "sub/b.txt", "named.bin"})
    check_equal(api.list_repo_commits(repository)[0].title, "one file")


@operation
def cli_download():
    target = folder()
    hf("download", contents.READS, "config.json", "sub/a b#é.txt", "--local-dir", target)
    check_equal((target / "config.json").read_bytes(), contents.last_commit()["config.json"])
    check_equal((target / "sub/a b#é.txt").read_bytes(), b"hi")
    target = folder()
    hf("download", contents.READS, "--include", "*.safetensors", "--revision", "v1",
       "--local-dir", target)
    check_equal((target / "model.safetensors").read_bytes(),
                contents.first_commit()["model.safetensors"])
    said = hf("download", contents.TABLE, "--repo-type", "dataset", "--cache-dir", folder())
    assert "snapshots" in said, said


@operation(program="git-lfs")
def cli_lfs_enable_largefiles():
    """git-lfs hands it what goes in parts."""
    repository, git = "operator/cli-lfs-" + COLUMN, Git(WORK / "git")
    content = os.urandom(PARTS_FROM + 1_000_000)
    api.create_repo(repository)
    clone = git.clone(with_token(f"{ENDPOINT}/{repository}", TOKEN), "parts")
    git.run("lfs", "install", "--local", folder=clone)
    git.run("config", "lfs.concurrenttransfers", "1", folder=clone)  # or eight processes start
    hf("lfs-enable-largefiles", clone)
    git.commit(clone, "large", large_bin=content)
    git.run("push", folder=clone, PATH=f"{PROGRAM.parent}:{os.environ['PATH']}")
    check_equal(asked("PUT", "/lfs/part/" + contents.sha256(content)), [200, 200])
    check_equal(contents.sha256(served(repository, "large.bin")), contents.sha256(content))


@operation
def cli_error():
    """Exit code and the node's own words."""
    code, said = call("download", "operator/none", "--cache-dir", folder())
    assert code != 0 and "not found" in said.lower(), said


@operation
def cli_tag():
    repository = f"operator/cli-tag-{COLUMN}"
    api.create_repo(repository)
    if not NEW:
        hf("tag", repository, "v1")
    else:
        hf(REPOS, "tag", "create", repository, "v1")
        assert "v1" in hf(REPOS, "tag", "list", repository)
    check_equal([tag.name for tag in api.list_repo_refs(repository).tags], ["v1"])


@operation(since="1.9")
def cli_repos():
    old, new = f"operator/cli-old-{COLUMN}", f"operator/cli-new-{COLUMN}"
    hf(REPOS, "create", old, "--private")
    hf(REPOS, "move", old, new)
    hf(REPOS, "settings", new, "--gated", "auto")
    hf(REPOS, "branch", "create", new, "dev")
    check_equal(api.model_info(new).gated, "auto")
    hf(REPOS, "delete", new, *(["--yes"] if VERSION >= number("1.10") else []))
    assert not api.repo_exists(new)


@operation(since="1.9")
def cli_lists():
    """Without the format, columns are cut to the width of the terminal."""
    wanted = ["ls", "--author", "operator", "--limit", "200", "--format", "json"]
    assert contents.READS in hf("models", *wanted)
    assert contents.TABLE in hf("datasets", *wanted)
    assert "mit" in hf("models", "info", contents.READS)


@operation
def cli_cache():
    cache = folder()
    hf("download", contents.READS, "config.json", "--cache-dir", cache)
    words = ["cache", "ls", "--cache-dir"] if VERSION >= number("1.0") else (
        ["cache", "scan", "--dir"] if NEW else ["scan-cache", "--dir"])
    assert contents.READS in hf(*words, cache)


@operation
def cli_env():
    assert os.environ["HF_ENDPOINT"] in hf("env")


main("huggingface_hub")
