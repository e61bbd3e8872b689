"""Repositories that a column makes for itself, and what is in them."""
import os
import pathlib
import urllib.request

from huggingface_hub import HfApi, hf_hub_download, hf_hub_url

from cells import COLUMN, folder

api = HfApi()
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def create(name, **options):
    """A repository of this column; its name."""
    repository = f"operator/{name}-{COLUMN}"
    assert repository in str(api.create_repo(repository, **options))
    return repository


def paths(repository, **options):
    return set(api.list_repo_files(repository, **options)) - {".gitattributes"}


def content(repository, path, **options):
    """As the client downloads it."""
    return pathlib.Path(hf_hub_download(repository, path, cache_dir=folder(),
                                        **options)).read_bytes()


def get(url, token=os.environ["HF_TOKEN"]):
    """The answer to a plain request."""
    request = urllib.request.Request(url, headers={"Authorization": "Bearer " + token})
    with OPENER.open(request) as answer:
        return answer.read()


def plain(repository, path):
    """As anybody downloads it who knows nothing of Xet."""
    return get(hf_hub_url(repository, path))
