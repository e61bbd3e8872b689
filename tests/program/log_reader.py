"""A strict reader of one node's log: every tile and entry is read anew, and everything that was
ever shown must be a beginning of what is shown now."""
import base64
import hashlib
import json

from place import check, check_equal, leaf_hash

TILE = 256


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Roots:
    """RFC 6962's root of a list that grows."""

    def __init__(self):
        self.size, self.peaks = 0, []  # (number of leaves, root), largest first

    def append(self, leaf):
        self.size += 1
        self.peaks.append((1, leaf))
        while len(self.peaks) > 1 and self.peaks[-1][0] == self.peaks[-2][0]:
            count, right = self.peaks.pop()
            _, left = self.peaks.pop()
            self.peaks.append((2 * count, node_hash(left, right)))

    def root(self):
        peaks = [root for _, root in self.peaks]
        top = peaks.pop()
        while peaks:
            top = node_hash(peaks.pop(), top)
        return top


def root_of(leaves):
    roots = Roots()
    for leaf in leaves:
        roots.append(leaf)
    return roots.root()


def tile_path(level, index, width):
    name = f"{index % 1000:03}"
    while index := index // 1000:
        name = f"x{index % 1000:03}/{name}"
    return f"tile/{level}/{name}" + (f".p/{width}" if width < TILE else "")


class LogReader:
    """Of the log of `place`, as any reader gets it. `shown`: {size: root} of all its heads."""

    def __init__(self, place):
        self.place = place
        self.base, self.line, self.shown = None, None, {}

    def find(self):
        """Whether the log is open."""
        if self.base is None:
            status, body = self.place.get("/fed/info")
            if status != 200:
                return False
            self.base = f"/fed/{json.loads(body)['node']}/0/"
        return True

    def look(self):
        """The size of the head that is shown now, which is remembered; 0: none is."""
        if not self.find():
            return 0
        status, body = self.place.get(self.base + "checkpoint")
        if status != 200:
            check_equal(status, 503, body)  # not open yet
            return 0
        line, size, root = body.decode().split("\n")[:3]
        size, root = int(size), base64.b64decode(root)
        self.line = self.line or line
        check_equal(line, self.line, "whose log it is")
        check(self.shown.setdefault(size, root) == root, "two roots were shown of size", size)
        return size

    def tile(self, level, index, width):
        path = self.base + tile_path(level, index, width)
        status, body = self.place.get(path)
        check_equal(status, 200, path)
        return body

    def tiles(self, level, count):
        """All of one level, one after another."""
        widths = [TILE] * (count // TILE) + [count % TILE] * (count % TILE > 0)
        return [self.tile(level, index, width) for index, width in enumerate(widths)]

    def entries(self, size):
        found = []
        for bundle in self.tiles("entries", size):
            while bundle:
                length = int.from_bytes(bundle[:2], "big")
                check(len(bundle) >= 2 + length, "a bundle ends in the middle of an entry")
                found.append(bundle[2:2 + length])
                bundle = bundle[2 + length:]
        check_equal(len(found), size, "entries")
        return found

    def check_tiles(self, leaves):
        level, hashes = 0, leaves
        while hashes:
            read = b"".join(self.tiles(level, len(hashes)))
            check(read == b"".join(hashes), "the tiles of level", level, "are others")
            level += 1
            hashes = [root_of(hashes[i:i + TILE])
                      for i in range(0, len(hashes) // TILE * TILE, TILE)]

    def read(self):
        """All entries, of which every head that was shown is of a beginning."""
        size = self.look()
        check(size >= max(self.shown, default=0), "the log was longer before", size)
        entries = self.entries(size)
        leaves = [bytes.fromhex(leaf_hash(entry)) for entry in entries]
        self.check_tiles(leaves)
        roots = Roots()
        for leaf in leaves:
            roots.append(leaf)
            if roots.size in self.shown:
                check(self.shown[roots.size] == roots.root(),
                      "what was shown is no beginning of the log: its first", roots.size)
        return entries
