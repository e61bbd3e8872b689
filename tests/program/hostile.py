#!/usr/bin/env python3
"""One account that sends much, and then nothing more: hostile.py PROGRAM

  batches     chunk batches that never end take no more memory than the node gives to one client
  offers      offers of files likewise
  lines       lines of commits
  preuploads  questions before an upload
  attributes  large .gitattributes in many folders are kept without being looked at all at once
  given_back  when the clients are gone, so is the memory
  patterns    a question that matches slowly is answered in time, and ends with its client
  stopped     an offer of 100 GB in one chunk: the node that is told to stop stops
"""
import base64
import contextlib
import json
import os
import re
import socket
import struct
import threading
import time

from banyan_program import is_instrumented
from place import Place, check, stall
from stepwise import go, main

TEST_SECONDS = 500
NAME = "operator/model"
MOST_MIB = 300
LEFT_MIB = 100  # after they are gone
LIST_HEAD_BYTES, CHUNK_RECORD_BYTES = 9, 35  # of a section's chunk list, and an offer's
STOP_GRACE_SECONDS = 3


class Test:
    def __init__(self, program, work):
        self.work = work
        self.limits_memory = not is_instrumented(program)
        self.a = Place(program, work, "A", "--http-stop-grace", f"{STOP_GRACE_SECONDS}s")
        self.places = [self.a]

    def run(self):
        self.a.operator.run("create", NAME)
        self.session = self.path("/sessions/" + json.loads(self.post("/sessions", b""))["session"])
        go(self, self.batches, self.offers, self.lines, self.preuploads, self.attributes,
           self.given_back, self.patterns, self.stopped)

    @staticmethod
    def path(rest):
        return f"/api/banyan/v0/models/{NAME}{rest}"

    def post(self, rest, body, wanted=(200, 201)):
        path = rest if rest.startswith("/api/") else self.path(rest)
        status, answer = self.a.get(path, "POST", self.a.node.token, body)
        check(status in wanted, path, status, answer[:300])
        return answer

    def head(self, path, size):
        return (f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                f"{self.a.node.token}\r\nContent-Length: {size}\r\n\r\n").encode()

    def memory(self, key):
        """In MiB, of the node's process."""
        status = open(f"/proc/{self.a.node.process.pid}/status").read()
        return int(re.search(key + r":\s+(\d+)", status)[1]) >> 10

    def check_memory(self, mib, most_mib, what):
        print(f"        {what}: {mib} MiB", flush=True)
        check(mib < most_mib or not self.limits_memory, what, "take", mib, "MiB")

    def stalled(self, path, announced, sent, count, begin=b""):
        """So many connections that send all but the end; what the node takes then."""
        with open(f"/proc/{self.a.node.process.pid}/clear_refs", "w") as file:
            file.write("5")  # the peak is counted anew

        def send(one):
            with contextlib.suppress(OSError):  # that waits for room, or was refused
                one.settimeout(5)
                one.sendall(self.head(path, announced) + begin)
                for _ in range(sent >> 16):
                    one.sendall(b"x" * (1 << 16))

        sockets = [socket.create_connection(("127.0.0.1", self.a.node.port)) for _ in range(count)]
        threads = [threading.Thread(target=send, args=(one,)) for one in sockets]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.check_memory(self.memory("VmHWM"), MOST_MIB, f"{count} times {sent >> 20} MiB")
        self.a.json("/api/models")  # others are served
        for one in sockets:
            one.close()

    def batches(self):
        self.stalled(self.session + "/chunks", 16 << 20, 15 << 20, 24)

    def offers(self):
        self.stalled(self.session + "/offers", 80 << 20, 79 << 20, 4)

    def lines(self):
        header = json.dumps({"key": "header", "value": {"summary": "large"}}).encode() + b"\n"
        self.stalled(f"/api/models/{NAME}/commit/main", 200 << 20, 12 << 20, 30, header)

    def preuploads(self):
        self.stalled(f"/api/models/{NAME}/preupload/main", 16 << 20, 15 << 20, 12)

    def attributes(self):
        text = b"".join(b"*%06x*?[a-z] filter=lfs\n" % number for number in range(150_000))
        content = base64.b64encode(text).decode()
        lines = [{"key": "header", "value": {"summary": "attributes"}}]
        for number in range(10):
            lines.append({"key": "file", "value": {
                "path": f"{number}/.gitattributes", "content": content, "encoding": "base64"}})
        body = b"\n".join(json.dumps(line).encode() for line in lines)
        with open(f"/proc/{self.a.node.process.pid}/clear_refs", "w") as file:
            file.write("5")
        self.post(f"/api/models/{NAME}/commit/main", body)
        files = [{"path": f"{number}/x", "size": 1, "sample": "eA=="} for number in range(10)]
        self.post(f"/api/models/{NAME}/preupload/main", json.dumps({"files": files}).encode(),
                  wanted=(413,))
        self.check_memory(self.memory("VmHWM"), MOST_MIB, f"ten of {len(text) >> 20} MiB")

    def given_back(self):
        time.sleep(3)
        self.check_memory(self.memory("RssAnon"), LEFT_MIB, "all that is left")

    def patterns(self):
        """Matching all would take a processor many minutes."""
        files = [{"path": f"{number}" + "a" * 240, "size": 1} for number in range(500)]
        rules = ("*a" * 900 + "b filter=lfs\n") * 2_000
        body = json.dumps({"files": files, "gitAttributes": rules}).encode()
        begun = time.monotonic()
        self.post(f"/api/models/{NAME}/preupload/main", body, wanted=(413,))
        check(time.monotonic() - begun < 60, "patterns were matched for long")

    def busy_seconds(self):
        """What its processors worked so far."""
        fields = open(f"/proc/{self.a.node.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def offer(self, bytes_):
        """The path of an offer of a file of so many bytes, which are one chunk again and again."""
        folder = self.work / "source"
        folder.mkdir()
        (folder / "weights.bin").write_bytes(os.urandom(1 << 20))
        self.a.operator.run("push", folder, NAME)
        shown = self.a.json(f"/api/models/{NAME}/tree/main")
        file = next(item["xetHash"] for item in shown if item["path"] == "weights.bin")
        _, section = self.a.get(f"/fed/f/{file}/section/0")
        records = [section[at:at + CHUNK_RECORD_BYTES]
                   for at in range(LIST_HEAD_BYTES, len(section), CHUNK_RECORD_BYTES)]
        size, record = max((int.from_bytes(record[32:], "little"), record) for record in records)
        count = bytes_ // size
        self.post(self.session + "/offers", b"BNYO\0" + struct.pack("<I", 1) + bytes(32) +
                  struct.pack("<QI", size * count, count) + record * count)
        return self.session + "/offers/1/take"

    def stopped(self):
        take = self.head(self.offer(100 << 30), 0)
        for one in stall(self.a.node.port, take, 4):
            time.sleep(1)
            one.close()
        time.sleep(25)  # who waited for room has given up
        before = self.busy_seconds()
        time.sleep(4)
        check(self.busy_seconds() - before < 0.4, "it verifies for nobody")
        waiting = stall(self.a.node.port, take, 1)
        deadline = time.monotonic() + 60
        while self.busy_seconds() - before < 3:
            check(time.monotonic() < deadline, "it does not verify")
            time.sleep(0.1)
        self.a.node.process.terminate()
        self.a.node.process.wait(timeout=STOP_GRACE_SECONDS + 15)
        waiting[0].close()


if __name__ == "__main__":
    raise SystemExit(main(Test, TEST_SECONDS))
