"""A node that follows a column's own: what is marked `mirrored` (cells.py) is read from it, too. It
has an `operator` of its own, so that the other one is called by the name of its node there."""
import contextlib
import json
import time

from place import Place, check
from seed import running

SECONDS = 90  # what is pushed within a minute of a change is told when that minute is over


def heads(place, paths):
    """By path, of those that are there."""
    found = ((path, *place.get(f"/api/{path}")) for path in paths)
    return {path: json.loads(body)["sha"] for path, status, body in found if status == 200}


@contextlib.contextmanager
def following(program, home, origin, repositories):
    """A node with these repositories, whose paths begin with their kind, as the origin has them
    now; with it, what it calls their owner."""
    node = json.loads(origin.get("/fed/info")[1])["node"]
    owner = node[:16] + "_operator"
    wanted = {path.replace("operator", owner): head
              for path, head in heads(origin, repositories).items()}
    check(len(wanted) == len(repositories), "not all of these are there:", repositories)
    with running(Place(program, home, "mirror")) as place:
        place.operator.run("peer", "add", origin.node.url)
        for path in repositories:
            place.operator.run("follow", f"{node}/{path}")
        deadline = time.monotonic() + SECONDS
        while heads(place, wanted) != wanted:
            check(time.monotonic() < deadline, "the mirror does not get", wanted)
            place.operator.run("sync")
            time.sleep(0.3)
        yield place, owner


def variables(given, place, owner):
    """Those of the column, for scripts that ask the mirror. They have a home of their own."""
    home = place.node.data.parent / "reader"
    (home / "work").mkdir(parents=True)
    return given | {
        "HOME": str(home), "HF_HOME": str(home / "hf"), "HF_XET_CACHE": str(home / "xet"),
        "CELLS_WORK": str(home / "work"), "CELLS_OWNER": owner, "HF_ENDPOINT": place.node.url,
        "HF_TOKEN": place.node.token, "CELLS_NODE_LOG": str(place.node.log)}
