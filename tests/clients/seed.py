"""Puts on a node what every client reads (contents.py): seed(place) gives a guest's token."""
import contextlib
import json
import pathlib
import tempfile

import contents


def push(place, repository, files, *options):
    with tempfile.TemporaryDirectory() as folder:
        contents.put(pathlib.Path(folder), files)
        place.operator.run("push", folder, repository, *options)


def ask(place, method, path, **body):
    return place.json(path, method=method, token=place.node.token, body=json.dumps(body).encode())


def seed_reads(place):
    push(place, contents.READS, contents.first_commit(), "--create", "-m", "first")
    ask(place, "POST", f"/api/models/{contents.READS}/tag/main", tag="v1", message="the first")
    ask(place, "POST", f"/api/models/{contents.READS}/branch/dev%2Fx")
    push(place, contents.READS, {"x.txt": b"x"}, "--branch", "dev/x", "-m", "on a branch")
    push(place, contents.READS, contents.last_commit(), "-m", "second\n\nwith a body")


def seed(place):
    """Puts all of it there; gives the token of a user who owns nothing."""
    seed_reads(place)
    push(place, contents.SHARDED, contents.sharded(), "--create")
    push(place, "datasets/" + contents.TABLE, contents.table(), "--create")
    push(place, contents.LARGE, contents.large(), "--create")
    push(place, contents.MANY, contents.many(), "--create")
    push(place, contents.PRIVATE, {"secret.txt": b"secret", "secret.bin": contents.SECRET},
         "--create", "--private")
    push(place, contents.GATED, {"weights.txt": b"weights", "config.json": b"{}"},
         "--create")
    ask(place, "PUT", f"/api/models/{contents.GATED}/settings", gated="manual")
    push(place, contents.REMOVED, {"gone.txt": b"gone"}, "--create")
    ask(place, "PUT", f"/api/models/{contents.REMOVED}/standing", status="removed",
        reason="security")
    push(place, contents.OLD_NAME, {"moved.txt": b"moved"}, "--create")
    ask(place, "POST", "/api/repos/move", fromRepo=contents.OLD_NAME, toRepo=contents.NEW_NAME,
        type="model")
    status, answer = place.get("/api/banyan/v0/register", method="POST",
                               body=json.dumps({"name": "guest"}).encode())
    assert status == 201, answer
    return json.loads(answer)["token"]


@contextlib.contextmanager
def running(place):
    """Ends the node, whatever happens."""
    try:
        yield place
    finally:
        place.node.stop()
