"""A node of a federation in tests: its operator, its log, and what anybody can ask it."""
import hashlib
import json
import re
import socket
import urllib.error
import urllib.request

from banyan_program import Client, Node

CARD_SECONDS = 30  # until a change is in the log
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def check(truth, *what):
    if not truth:
        raise AssertionError(" ".join(map(str, what)))


def check_equal(seen, wanted, *what):
    check(seen == wanted, *what, f"\n  is     {seen}\n  not as {wanted}")


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).hexdigest()


def without_states(entries):
    """Not the entries that a start a day later adds by itself, sooner or later."""
    return [entry for entry in entries if json.loads(entry)["t"] != "state"]


def check_log(entries, wanted):
    """These leaves come first, and after them nothing but states."""
    check_equal([leaf_hash(entry) for entry in entries[:len(wanted)]], wanted, "its own log")
    check_equal(without_states(entries[len(wanted):]), [], "what its log has beyond")


def stall(port, request, count):
    """So many connections that send this, and then nothing more."""
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
    for one in sockets:
        one.sendall(request)
    return sockets


class Place:
    """A node, its operator, and what anybody can ask it."""

    def __init__(self, program, work, name, *options):
        (work / name).mkdir(exist_ok=True)  # with data of earlier, perhaps
        self.name = name
        self.node = Node(program, work / name, "--storage-min-free", "1 MB", *options).start()
        self.operator = Client(program, work / name / "operator", self.node.url, self.node.token)
        self.guest = Client(program, work / name / "guest", self.node.url)

    def get(self, path, method="GET", token="", body=None):
        """Status and body."""
        request = urllib.request.Request(self.node.url + path, method=method, data=body)
        if token:
            request.add_header("Authorization", "Bearer " + token)
        try:
            answer = OPENER.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.read()

    def json(self, path, **options):
        status, body = self.get(path, **options)
        check_equal(status, 200, self.name, path, body[:300])
        return json.loads(body)

    def revision(self, path, revision="main", **options):
        return self.json(f"/api/banyan/v0/{path}/revision/{revision}", **options)

    def tree(self, path):
        items = self.json(f"/api/{path}/tree/main?recursive=true")
        return {item["path"]: (item["type"], item["oid"], item["size"]) for item in items}

    def entries(self, origin=""):
        """Those of an origin's log, as any reader gets them here; of the own one by default."""
        if not origin:
            status, body = self.get("/fed/info")
            origin = json.loads(body)["node"] if status == 200 else "-"
        status, body = self.get(f"/fed/{origin}/0/checkpoint")
        if status != 200:
            return []  # it has none yet
        full, rest = divmod(int(body.split(b"\n")[1]), 256)
        names = [f"{number:03}" for number in range(full)] + [f"{full:03}.p/{rest}"] * (rest > 0)
        entries = []
        for name in names:
            status, bundle = self.get(f"/fed/{origin}/0/tile/entries/{name}")
            check_equal(status, 200, self.name, "entries of the log of", origin, name)
            while bundle:
                length = int.from_bytes(bundle[:2], "big")
                entries.append(bundle[2:2 + length])
                bundle = bundle[2 + length:]
        return entries

    def listed(self):
        return {item["id"] for kind in ("models", "datasets") for item in self.json("/api/" + kind)}

    def sync(self):
        """Its status, when everything that it follows is as the peers say."""
        status = self.operator.json("sync")
        for origin in status["origins"]:
            check(not origin["stopped"] and not origin["unfinished"], self.name, "sync:", origin)
        return status

    def mirrored(self):
        """Of every mirrored state, as the log tells: its figures."""
        lines = re.findall(r"event=mirrored (.*)", self.node.log.read_text(errors="replace"))
        return [{k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", line)} for line in lines]
