"""What owners of repositories do with huggingface_hub: names, branches, settings, who may read."""
import json
import os
import urllib.request

from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.utils import GatedRepoError, RepositoryNotFoundError

from cells import COLUMN, GUEST, check_equal, folder, main, operation, raises
from repositories import api, create

guest, stranger = HfApi(token=GUEST), HfApi(token=False)


def add(repository, path, content):
    api.create_commit(repository, [CommitOperationAdd(path, content)], commit_message=path)


@operation
def create_repo():
    repository = create("create")
    url = api.create_repo(repository, exist_ok=True)
    check_equal((url.repo_id, url.repo_type), (repository, "model"))
    bare = api.create_repo("bare-" + COLUMN, repo_type="dataset")
    check_equal((bare.repo_id, bare.repo_type), ("operator/bare-" + COLUMN, "dataset"))
    hidden = create("hidden", private=True)
    assert api.model_info(hidden).private
    with raises(RepositoryNotFoundError):
        stranger.model_info(hidden)


@operation
def delete_repo():
    repository = create("gone")
    api.delete_repo(repository)
    with raises(RepositoryNotFoundError):
        api.model_info(repository)
    dataset = create("gone", repo_type="dataset")
    api.delete_repo(dataset, repo_type="dataset")
    assert not api.repo_exists(dataset, repo_type="dataset")


@operation
def move_repo():
    old, new = create("move-from"), "operator/move-to-" + COLUMN
    add(old, "a.txt", b"a")
    api.move_repo(old, new)
    for name in (old, new):
        check_equal(api.model_info(name).id, new)
        api.hf_hub_download(name, "a.txt", cache_dir=folder())
    api.snapshot_download(old, cache_dir=folder())


@operation
def branches():
    repository = create("branches")
    first = api.model_info(repository).sha
    add(repository, "a.txt", b"a")
    api.create_branch(repository, branch="dev/x")
    api.create_branch(repository, branch="old", revision=first)
    heads = {branch.name: branch.target_commit
             for branch in api.list_repo_refs(repository).branches}
    check_equal((set(heads), heads["old"], heads["dev/x"]), ({"main", "dev/x", "old"}, first,
                                                             heads["main"]))
    api.delete_branch(repository, branch="dev/x")
    check_equal({branch.name for branch in api.list_repo_refs(repository).branches},
                {"main", "old"})


@operation
def tags():
    repository = create("tags")
    first = api.model_info(repository).sha
    add(repository, "a.txt", b"a")
    api.create_tag(repository, tag="v1", revision=first)
    api.create_tag(repository, tag="v2", tag_message="the second")
    check_equal(api.model_info(repository, revision="v1").sha, first)
    check_equal(api.model_info(repository, revision="v2").sha, api.model_info(repository).sha)
    api.delete_tag(repository, tag="v1")
    check_equal([tag.name for tag in api.list_repo_refs(repository).tags], ["v2"])


@operation
def super_squash_history():
    repository = create("squash")
    for path in ("a.txt", "b.txt"):
        add(repository, path, path.encode())
    api.super_squash_history(repository, commit_message="all in one")
    check_equal([commit.title for commit in api.list_repo_commits(repository)], ["all in one"])
    assert {"a.txt", "b.txt"} <= set(api.list_repo_files(repository))


@operation(until="1.0", why="update_repo_settings does it since 0.24")
def visibility():
    repository = create("visible")
    check_equal(api.update_repo_visibility(repository, private=True)["private"], True)
    assert not stranger.repo_exists(repository)


@operation(since="0.24")
def settings():
    repository = create("settings")
    api.update_repo_settings(repository, private=True)
    assert not stranger.repo_exists(repository)
    api.update_repo_settings(repository, private=False, gated="auto")
    check_equal(stranger.model_info(repository).gated, "auto")
    api.update_repo_settings(repository, gated=False)
    check_equal(stranger.model_info(repository).gated, False)


def ask_for_access(repository):
    """No client does it: on public hubs it is a form of the website."""
    request = urllib.request.Request(
        f"{os.environ['HF_ENDPOINT']}/api/models/{repository}/user-access-request", method="POST",
        headers={"Authorization": "Bearer " + GUEST})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request) as answer:
        return json.load(answer)["status"]


@operation(since="0.24")
def access_requests():
    repository = create("requests")
    add(repository, "a.txt", b"a")
    api.update_repo_settings(repository, gated="manual")
    check_equal(ask_for_access(repository), "pending")
    [request] = api.list_pending_access_requests(repository)
    check_equal((request.username, request.status), ("guest", "pending"))
    api.accept_access_request(repository, "guest")
    guest.hf_hub_download(repository, "a.txt", cache_dir=folder())
    check_equal([r.username for r in api.list_accepted_access_requests(repository)], ["guest"])
    api.cancel_access_request(repository, "guest")
    api.reject_access_request(repository, "guest", rejection_reason="not now")
    with raises(GatedRepoError):
        guest.hf_hub_download(repository, "a.txt", cache_dir=folder())
    check_equal([r.username for r in api.list_rejected_access_requests(repository)], ["guest"])
    api.grant_access(repository, "guest")
    guest.hf_hub_download(repository, "a.txt", cache_dir=folder())


main("huggingface_hub")
