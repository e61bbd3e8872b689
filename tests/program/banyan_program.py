"""The real program as processes: a node, its clients, and a relay that counts what passes between."""
import contextlib
import hashlib
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import threading
import time

START_SECONDS = 30
COMMAND_SECONDS = 300
RESET = struct.pack("ii", 1, 0)  # a closed connection is gone, whatever was still to be sent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def is_instrumented(program):
    """Built with a sanitizer, which takes memory of its own."""
    content = pathlib.Path(program).read_bytes()
    return b"__asan_init" in content or b"__tsan_init" in content


def git_oid(path):
    content = pathlib.Path(path).read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def files_below(folder):
    """Relative names of regular files; what the program keeps for itself is left out."""
    folder = pathlib.Path(folder)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*")
                  if path.is_file() and ".banyan" not in path.relative_to(folder).parts)


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


class Failed(Exception):
    def __init__(self, command, code, output, error):
        super().__init__(f"{command}: exit code {code}\n{output}{error}")
        self.code, self.output, self.error = code, output, error


class Client:
    """`banyan` with a home directory of its own, talking to one node. `prefix` is what starts it
    elsewhere than on this machine's own network."""

    def __init__(self, program, home, url, token="", prefix=()):
        self.program, self.prefix = program, prefix
        self.home = pathlib.Path(home)
        self.variables = {"PATH": os.environ["PATH"], "HOME": str(home), "NO_PROXY": "127.0.0.1",
                          "BANYAN_NODE": url}
        if token:
            self.variables["BANYAN_TOKEN"] = token
        for name in ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                self.variables[name] = os.environ[name]
        self.home.mkdir(exist_ok=True)

    def start(self, *words, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
                   "stdin": subprocess.DEVNULL, "text": True, "cwd": self.home} | options
        return subprocess.Popen([*self.prefix, self.program, *map(str, words)],
                                env=self.variables, **options)

    def finish(self, process, may_fail=False):
        try:
            output, error = process.communicate(timeout=COMMAND_SECONDS)
        except BaseException:  # too late, or told to end: it must not stay
            kill(process)
            raise
        if process.returncode != 0 and not may_fail:
            raise Failed(process.args, process.returncode, output, error)
        return output

    def run(self, *words):
        return self.finish(self.start(*words))

    def json(self, *words):
        return json.loads(self.run(*words, "--json"))


class Node:
    """`banyan serve` on one data directory and one port, through any number of lives."""

    def __init__(self, program, folder, *options, address="127.0.0.1", prefix=()):
        self.program, self.address, self.prefix = program, address, prefix
        self.data = pathlib.Path(folder) / "data"
        self.log = pathlib.Path(folder) / "node.log"
        self.port = free_port()
        self.options = options
        self.process = None

    @property
    def url(self):
        return f"http://{self.address}:{self.port}"

    @property
    def token(self):
        return (self.data / "admin.token").read_text().strip()

    def launch(self):
        """Starts the process without waiting for it to serve."""
        self.read_from = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.prefix, self.program, "serve", "--data", self.data,
                 "--listen", f"{self.address}:{self.port}", *self.options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def wait(self):
        deadline = time.monotonic() + START_SECONDS
        while b"Serving http" not in self.log.read_bytes()[self.read_from:]:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the node does not start:\n" + self.last_lines())
            time.sleep(0.01)

    def start(self):
        self.launch()
        self.wait()
        return self

    def kill(self):
        kill(self.process)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def last_lines(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


class Relay:
    """Passes connections on to a port of this machine and counts the bytes of both directions."""

    def __init__(self, to_port):
        self.to_port = to_port
        self.up_bytes = self.down_bytes = 0  # to the node, to the client
        self.rate_bytes = 0  # at most so many a second and direction; 0: no limit
        self.locks = {True: threading.Lock(), False: threading.Lock()}
        self.free_at = {True: 0.0, False: 0.0}  # when the rate allows the next byte
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.join, args=(client,), daemon=True).start()

    def join(self, client):
        """Both directions, until both are over."""
        with client, contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", self.to_port)) as node:
                node.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                up = threading.Thread(target=self.pump, args=(client, node, True), daemon=True)
                up.start()
                self.pump(node, client, False)
                up.join()

    def pace(self, size, is_up):
        """Sleeps what is owed once that is long enough to be slept exactly."""
        now = time.monotonic()
        free_at = max(self.free_at[is_up], now - 0.05) + size / self.rate_bytes
        self.free_at[is_up] = free_at
        if free_at - now > 0.01:
            time.sleep(free_at - now)

    def changed(self, block, _is_up):
        """What is passed on instead."""
        return block

    def pump(self, source, sink, is_up):
        with contextlib.suppress(OSError):
            while block := source.recv(1 << 16):
                sink.sendall(self.changed(block, is_up))
                with self.locks[is_up]:
                    if is_up:
                        self.up_bytes += len(block)
                    else:
                        self.down_bytes += len(block)
                    if self.rate_bytes:
                        self.pace(len(block), is_up)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
