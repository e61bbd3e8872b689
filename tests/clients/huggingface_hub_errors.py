"""What goes wrong with huggingface_hub, and as what: each operation is an error class that users
of the library tell apart. `raises` wants exactly this class, no subclass and no parent."""
import contextlib
import io

import huggingface_hub
from huggingface_hub import (CommitOperationAdd, CommitOperationDelete, HfApi, hf_hub_download,
                             hf_hub_url, snapshot_download, try_to_load_from_cache)
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import (BadRequestError, EntryNotFoundError, GatedRepoError,
                                   HfHubHTTPError, LocalEntryNotFoundError,
                                   RepositoryNotFoundError, RevisionNotFoundError)

import contents
from cells import COLUMN, GUEST, check_equal, folder, main, operation, raises
from node_calls import PROGRAM
from place import Place
from seed import push, running

api, guest, stranger = HfApi(), HfApi(token=GUEST), HfApi(token=False)
try:
    from huggingface_hub.errors import DisabledRepoError
except ImportError:
    from huggingface_hub.utils._errors import DisabledRepoError
try:
    from huggingface_hub.errors import RemoteEntryNotFoundError
except ImportError:  # a class of its own from 1.0 on
    RemoteEntryNotFoundError = EntryNotFoundError
MINE = "operator/errors-" + COLUMN
GUESTS = "guest/errors-" + COLUMN
LIMITED = "operator/limited"
RATE = 5  # requests in one window


def download(repository, path, caller=api, **options):
    return caller.hf_hub_download(repository, path, **{"cache_dir": folder()} | options)


@operation
def repository_not_found():
    for caller in (api, guest, stranger):
        with raises(RepositoryNotFoundError, "Repository Not Found"):
            caller.model_info("operator/none")
        with raises(RepositoryNotFoundError):
            download("operator/none", "config.json", caller)
        with raises(RepositoryNotFoundError):
            caller.dataset_info("nobody/none")
        with raises(RepositoryNotFoundError):
            caller.snapshot_download("nobody/none", cache_dir=folder())
    with raises(RepositoryNotFoundError):
        api.create_commit("operator/none", [CommitOperationAdd("a", b"a")], commit_message="a")
    with raises(RepositoryNotFoundError):
        api.delete_repo("operator/none")
    api.delete_repo("operator/none", missing_ok=True)


@operation
def spaces():
    for caller in (api, stranger):
        check_equal(list(caller.list_spaces()), [])
        assert not caller.repo_exists("operator/none", repo_type="space")
        with raises(RepositoryNotFoundError, "no spaces"):
            caller.space_info("operator/none")
        with raises(RepositoryNotFoundError):
            download("operator/none", "app.py", caller, repo_type="space")
        with raises(RepositoryNotFoundError):
            list(caller.list_repo_tree("operator/none", repo_type="space"))
    with raises(RepositoryNotFoundError):
        api.create_commit("operator/none", [CommitOperationAdd("a", b"a")], commit_message="a",
                          repo_type="space")


@operation
def private_repository():
    for caller in (guest, stranger):
        with raises(RepositoryNotFoundError, "Repository Not Found"):
            caller.model_info(contents.PRIVATE)
        with raises(RepositoryNotFoundError):
            download(contents.PRIVATE, "secret.txt", caller)
        assert contents.PRIVATE not in {model.id for model in caller.list_models()}
    with open(download(contents.PRIVATE, "secret.txt"), encoding="utf-8") as file:
        check_equal(file.read(), "secret")


@operation
def revision_not_found():
    with raises(RevisionNotFoundError, "Revision"):
        api.model_info(contents.READS, revision="v9")
    with raises(RevisionNotFoundError):
        download(contents.READS, "config.json", revision="v9")
    with raises(RevisionNotFoundError):
        api.list_repo_commits(contents.READS, revision="0" * 40)
    with raises(RevisionNotFoundError):
        list(api.list_repo_tree(contents.READS, revision="v9"))
    with raises(RevisionNotFoundError):
        api.create_commit(contents.READS, [CommitOperationAdd("a", b"a")], commit_message="a",
                          revision="v9")


@operation
def entry_not_found():
    cache = folder()
    with raises(RemoteEntryNotFoundError, "Entry"):
        download(contents.READS, "none.bin", cache_dir=cache)
    absent = try_to_load_from_cache(contents.READS, "none.bin", cache_dir=cache)
    check_equal(absent, huggingface_hub._CACHED_NO_EXIST, "the absence is kept")
    with raises(RemoteEntryNotFoundError):
        list(api.list_repo_tree(contents.READS, "none"))
    with raises(RemoteEntryNotFoundError, "A file with this name doesn't exist"):
        api.create_commit(contents.READS, [CommitOperationDelete("none.bin")],
                          commit_message="none")


@operation
def gated_repository():
    for caller in (guest, stranger):
        check_equal(caller.model_info(contents.GATED).gated, "manual")
        with raises(GatedRepoError, "Access to this repository is restricted",
                    f"POST /api/models/{contents.GATED}/user-access-request"):
            download(contents.GATED, "weights.txt", caller)
        with raises(GatedRepoError):
            caller.snapshot_download(contents.GATED, cache_dir=folder(), max_workers=1)
    download(contents.GATED, "weights.txt")


@operation(since="0.25")
def auth_check():
    api.auth_check(contents.GATED)
    guest.auth_check(contents.READS)
    with raises(GatedRepoError):
        guest.auth_check(contents.GATED)
    with raises(RepositoryNotFoundError):
        stranger.auth_check(contents.PRIVATE)


@operation
def bad_request():
    api.create_repo(MINE)
    with raises(BadRequestError, "bad.safetensors: safetensors header: "):
        api.upload_file(repo_id=MINE, path_or_fileobj=b"no tensors\0",
                        path_in_repo="bad.safetensors")
    check_equal(len(api.list_repo_commits(MINE)), 1, "commits")
    with raises(ValueError, "README.md"):  # before anything is sent
        api.upload_file(repo_id=MINE, path_or_fileobj=b"---\nlicense: [\n---\n",
                        path_in_repo="README.md")


@operation(since="0.36", why="older ones do not ask for it")
def unknown_filter():
    with raises(BadRequestError, "apps: this node does not know"):
        list(api.list_models(apps="ollama"))


@operation
def forbidden():
    with raises(HfHubHTTPError, "403 Forbidden",
                "your role in the namespace or your access token does not allow you to"):
        guest.create_commit(contents.READS, [CommitOperationAdd("a", b"a")], commit_message="a")
    with raises(HfHubHTTPError, "403", "You may not create repositories under the namespace"):
        guest.create_repo("operator/taken-by-a-guest")
    with raises(HfHubHTTPError, "401"):
        stranger.create_commit(contents.READS, [CommitOperationAdd("a", b"a")],
                               commit_message="a")


@operation
def conflict():
    guest.create_repo(GUESTS)
    with raises(HfHubHTTPError, "409", "already"):
        guest.create_repo(GUESTS)
    guest.create_branch(GUESTS, branch="one")
    with raises(HfHubHTTPError, "409"):
        guest.create_branch(GUESTS, branch="one")
    guest.create_branch(GUESTS, branch="one", exist_ok=True)
    with raises(HfHubHTTPError, "409", "a branch is called one already"):
        guest.create_tag(GUESTS, tag="one")
    guest.create_tag(GUESTS, tag="first")
    with raises(HfHubHTTPError, "409"):
        guest.create_tag(GUESTS, tag="first")
    guest.create_tag(GUESTS, tag="first", exist_ok=True)
    guest.delete_repo(GUESTS)


@operation
def parent_commit():
    [_, older, _] = api.list_repo_commits(contents.READS)
    with raises(HfHubHTTPError, "412", "parentCommit"):
        api.create_commit(contents.READS, [CommitOperationAdd("a", b"a")], commit_message="late",
                          parent_commit=older.commit_id)


@operation
def wrong_token():
    other, liar = HfApi(token="hf_" + "x" * 34), HfApi(token="hf_bnyn" + "x" * 40)
    assert other.model_info(contents.READS).sha  # another hub's token reads as nobody
    with raises(HfHubHTTPError, "401", "Sign in to create a repository"):
        other.create_repo("operator/by-another-hub")
    with raises(HfHubHTTPError, "401", "Invalid credentials in Authorization header"):
        liar.model_info(contents.READS)
    try:
        liar.whoami()
        raise AssertionError("a wrong token is somebody")
    except Exception as refused:  # versions wrap it in different classes
        assert "token" in str(refused).lower() or "401" in str(refused), refused


@operation
def pull_request():
    with raises(HfHubHTTPError, "501", "pull request"):
        api.create_commit(contents.READS, [CommitOperationAdd("a", b"a")], commit_message="a",
                          create_pr=True)
    place = contents.put(folder(), {"a.txt": b"a"})
    with raises(HfHubHTTPError, "501", "pull request"):  # newer versions open a discussion first
        api.upload_folder(repo_id=contents.READS, folder_path=place, create_pr=True)
    with raises(HfHubHTTPError, "501", "pull request"):
        api.create_pull_request(contents.READS, title="Better weights")


@operation
def discussion():
    with raises(HfHubHTTPError, "501", "no discussions"):
        api.create_discussion(contents.READS, title="A question")
    with raises(HfHubHTTPError, "404", "no discussions"):
        api.get_discussion_details(contents.READS, 1)
    with raises(HfHubHTTPError, "501", "no discussions"):
        api.comment_discussion(contents.READS, 1, comment="An answer")


@operation(since="0.30")
def deletion_from_history():
    with raises(HfHubHTTPError, "501", "super-squash"):
        api.permanently_delete_lfs_files(contents.READS, api.list_lfs_files(contents.READS))
    assert list(api.list_lfs_files(contents.READS))


@operation(since="1.9")
def duplicate_repo():
    with raises(HfHubHTTPError, "501", "push a clone"):
        api.duplicate_repo(contents.READS, to_id="operator/duplicate-" + COLUMN)


@operation
def range_beyond_the_end():
    """As who has all of a file asks when he goes on."""
    size = len(contents.last_commit()["config.json"])
    with raises(HfHubHTTPError, "416", "The requested range is beyond the end"):
        http_get(hf_hub_url(contents.READS, "config.json"), io.BytesIO(), resume_size=size)


@contextlib.contextmanager
def limited(window):
    """A node that answers a stranger's first requests only; it, and the stranger."""
    with running(Place(PROGRAM, folder(), "limited", "--rate-anonymous", str(RATE),
                       "--rate-window", window)) as place:
        push(place, LIMITED, {"config.json": b"{}"}, "--create")
        yield place, HfApi(endpoint=place.node.url, token=False)


def use_up(hub):
    for _ in range(RATE + 1):
        hub.model_info(LIMITED)


@operation
def rate_limit():
    with limited("1h") as (_, hub), raises(HfHubHTTPError, "429",
                                           "Too many requests: wait ", " seconds, or sign in"):
        use_up(hub)


@operation(since="1.9")
def rate_limit_is_waited_for():
    """For as long as the node says."""
    with limited("4s") as (place, hub):
        with raises(HfHubHTTPError, "429"):
            use_up(hub)
        download(LIMITED, "config.json", hub)
        log = place.node.log.read_text()
        assert 'resolve/main/config.json" status=429' in log, log


@operation
def disabled_repository():
    """A download looks for a kept copy then, and only its cause says why there is none."""
    assert api.model_info(contents.REMOVED)
    with raises(DisabledRepoError, "Access to this resource is disabled"):
        api.get_hf_file_metadata(url=hf_hub_url(contents.REMOVED, "gone.txt"))
    try:
        download(contents.REMOVED, "gone.txt")
        raise AssertionError("what was taken down is served")
    except LocalEntryNotFoundError as refused:
        check_equal(type(refused.__cause__), DisabledRepoError)


@operation
def local_entry_not_found():
    with raises(LocalEntryNotFoundError):
        download(contents.READS, "config.json", local_files_only=True)


@operation(but=("1.0", "1.20"), why="the second try of these goes to a client that they closed")
def no_node_is_there():
    nobody = "http://127.0.0.1:9"  # no node is there
    with raises(LocalEntryNotFoundError):
        hf_hub_download(contents.READS, "config.json", endpoint=nobody, cache_dir=folder(),
                        etag_timeout=2)
    cache = folder()
    place = download(contents.READS, "config.json", cache_dir=cache)
    check_equal(hf_hub_download(contents.READS, "config.json", endpoint=nobody, cache_dir=cache,
                                etag_timeout=2), place, "what is kept is used")
    with raises(LocalEntryNotFoundError):
        snapshot_download(contents.READS, endpoint=nobody, cache_dir=folder())


main("huggingface_hub")
