"""What scripts of clients other than huggingface_hub do with the node themselves: repositories that
a column makes for itself, and what the node served or was asked for."""
import json
import os
import pathlib
import re
import urllib.request

from banyan_program import Client
from cells import COLUMN, WORK, folder
from contents import put
from place import OPENER

ENDPOINT, TOKEN = os.environ["HF_ENDPOINT"], os.environ["HF_TOKEN"]
PORT = int(ENDPOINT.rpartition(":")[2])
LOG = pathlib.Path(os.environ["CELLS_NODE_LOG"])
PROGRAM = os.environ["CELLS_PROGRAM"]
PARTS_FROM = int(os.environ["CELLS_PARTS_FROM"])  # bytes; the node takes larger files in parts
operator = Client(PROGRAM, WORK / "operator", ENDPOINT, TOKEN)


def create(name, *options):
    """An empty repository of this column; its name."""
    repository = f"operator/{name}-{COLUMN}"
    operator.run("create", repository, *options)
    return repository


def push(name, files, *options):
    """A repository with these files, new or not; its name."""
    repository = f"operator/{name}-{COLUMN}"
    operator.run("push", put(folder(), files), repository, "--create", *options)
    return repository


def get(path):
    request = urllib.request.Request(ENDPOINT + path, headers={"Authorization": "Bearer " + TOKEN})
    with OPENER.open(request, timeout=60) as answer:
        return answer.read()


def served(repository, path):
    return get(f"/{repository}/resolve/main/{path}")


def tree(repository):
    """Items by path."""
    return {item["path"]: item for item in json.loads(get(f"/api/models/{repository}/tree/main"))}


def asked(method, path):
    """The statuses of answers so far to such requests; `path` is a regular expression."""
    found = re.findall(rf'method={method} path="{path}" status=(\d+)',
                       LOG.read_text(errors="replace"))
    return [int(status) for status in found]
