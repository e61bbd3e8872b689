"""Two instances of Syncthing on the loopback, which keep one folder the same. They ask nobody
else: no discovery, no relays, no address translation, no reports, no upgrades."""
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml

from servers import LOCAL, free_port, need

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "program"))
from banyan_program import Relay  # noqa: E402

KEY, FOLDER = "bench", "bench"
SECONDS = 600
OPTIONS = {"globalAnnounceEnabled": "false", "localAnnounceEnabled": "false",
           "relaysEnabled": "false", "natEnabled": "false", "urAccepted": "-1",
           "crashReportingEnabled": "false", "startBrowser": "false", "autoUpgradeIntervalH": "0",
           "reconnectionIntervalS": "1"}


def is_here():
    return shutil.which("syncthing") is not None


class Instance:
    def __init__(self, home, path, kind):
        self.home, self.path, self.kind = home, path, kind
        self.port, self.gui_port = free_port(), free_port()
        self.process = None
        os.makedirs(path, exist_ok=True)
        subprocess.run(["syncthing", "generate", "--home", home, "--no-default-folder",
                        "--skip-port-probing"], check=True, capture_output=True)
        self.id = subprocess.run(["syncthing", "serve", "--home", home, "--device-id"], check=True,
                                 capture_output=True, text=True).stdout.strip()

    def join(self, other, address):
        """Writes the configuration: the folder is shared with the other one, at that address."""
        tree = xml.parse(self.home + "/config.xml")
        root, options = tree.getroot(), tree.find("options")
        wanted = OPTIONS | {"listenAddress": f"tcp://127.0.0.1:{self.port}"}
        for name, value in wanted.items():
            for old in options.findall(name):
                options.remove(old)
            xml.SubElement(options, name).text = value
        gui = root.find("gui")
        gui.find("address").text = f"127.0.0.1:{self.gui_port}"
        gui.find("apikey").text = KEY
        device = xml.SubElement(root, "device", {"id": other.id, "name": "other"})
        xml.SubElement(device, "address").text = address
        folder = xml.SubElement(root, "folder", {
            "id": FOLDER, "path": self.path, "type": self.kind, "rescanIntervalS": "0",
            "fsWatcherEnabled": "false"})
        for one in (self.id, other.id):
            xml.SubElement(folder, "device", {"id": one})
        tree.write(self.home + "/config.xml")

    def start(self):
        with open(self.home + "/log", "w") as log:
            self.process = subprocess.Popen(
                ["syncthing", "serve", "--home", self.home, "--no-browser", "--no-upgrade",
                 "--no-restart"], stdout=log, stderr=log, env={**os.environ, "STNOUPGRADE": "1"})

    def call(self, path, method="GET", **query):
        url = f"http://127.0.0.1:{self.gui_port}/rest/{path}?{urllib.parse.urlencode(query)}"
        request = urllib.request.Request(url, method=method, headers={"X-API-Key": KEY})
        with LOCAL.open(request, timeout=SECONDS) as answer:
            body = answer.read()
            return json.loads(body) if body else None

    def version(self, name):
        """Of a file, as it is here, the same for the same content; None: it is not here."""
        try:
            return self.call("db/file", folder=FOLDER, file=name)["local"]["version"]
        except (urllib.error.URLError, ConnectionError):
            return None  # it is not, or this instance is still starting

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(60)


class Pair:
    """`with Pair(directory, folder, copy) as pair`: the copy becomes what the folder is. A relay
    between them counts all bytes of their connection."""

    def __init__(self, directory, folder, copy):
        need("syncthing")
        self.one = Instance(directory + "/one", folder, "sendonly")
        self.two = Instance(directory + "/two", copy, "receiveonly")
        self.relay = Relay(self.one.port)
        self.one.join(self.two, "tcp://127.0.0.1:1")  # where nobody is: it waits to be called
        self.two.join(self.one, self.relay.url.replace("http:", "tcp:"))

    def __enter__(self):
        self.one.start()
        self.two.start()
        return self

    def __exit__(self, *_):
        self.one.stop()
        self.two.stop()

    def sync(self, name):
        """(seconds, bytes both ways) from the moment that one knows its file until two has it."""
        before = self.moved()
        self.await_truth(lambda: self.scan() and self.one.version(name))
        started = time.monotonic()
        wanted = self.one.version(name)
        self.await_truth(lambda: self.two.version(name) == wanted)
        return time.monotonic() - started, self.moved() - before

    def moved(self):
        return self.relay.up_bytes + self.relay.down_bytes

    def scan(self):
        try:
            self.one.call("db/scan", "POST", folder=FOLDER)
            return True
        except (urllib.error.URLError, ConnectionError):
            return False  # it is still starting

    @staticmethod
    def await_truth(what):
        deadline = time.monotonic() + SECONDS
        while not what():
            if time.monotonic() > deadline:
                raise RuntimeError("Syncthing does not come to an end")
            time.sleep(0.02)
