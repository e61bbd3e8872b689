"""A first mirror over 2 Mbit/s, 300 ms there and back, 2 % loss and an outage, to aria2c and rsync.

The network is played by tests/support/emulated_network.py. Time counts while the links are up.
"""
import os
import pathlib
import subprocess
import sys
import threading
import time

from measure import Missing, Row, say
from servers import need

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "support"), os.path.join(HERE, "..", "program")]
import emulated_network  # noqa: E402
from far_host import FarHost  # noqa: E402

SIZE_BYTES = 32_000_000
RSYNC_BYTES = 2_000_000  # it has one stream
OUTAGE_SECONDS = 30
PORT = 8080
NGINX = """
daemon off;
error_log stderr;
pid {dir}/nginx.pid;
events {{}}
http {{
  access_log off;
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
  uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  server {{ listen {address}:{port}; root {dir}/www; }}
}}
"""
RSYNCD = """
use chroot = no
port = {port}
[files]
path = {dir}/www
uid = 0
gid = 0
"""


class Measured:
    """What one host gets of another: seconds without the outage, and bytes of its line."""

    def __init__(self, network, receiver, outage_after=None):
        self.network, self.line = network, receiver.down
        self.before, self.after = receiver.down.bytes, outage_after
        self.outage_seconds = 0

    def outage(self):
        while self.line.bytes - self.before < self.after:
            time.sleep(0.05)
        self.network.set_down(True)
        time.sleep(OUTAGE_SECONDS)
        self.network.set_down(False)
        self.outage_seconds = OUTAGE_SECONDS

    def run(self, size, work):
        """(share of the line that was used, bytes received for each byte)."""
        if self.after:
            threading.Thread(target=self.outage, daemon=True).start()
        started = time.monotonic()
        work()
        seconds = time.monotonic() - started - self.outage_seconds
        return size / seconds / self.line.bytes_per_s, (self.line.bytes - self.before) / size


def ours(options, place):
    with emulated_network.Network() as network:
        one, two = (FarHost(options.build + "/banyan", pathlib.Path(place), network, name)
                    for name in ("one", "two"))
        try:
            one.operator.run("admin", "orgs", "create", "lab", "operator")
            commit = one.operator.json("push", place + "/www", "lab/model", "--create")["commit"]
            two.follow(one.node_id(), one)
            return Measured(network, two.link, SIZE_BYTES // 2).run(
                SIZE_BYTES, lambda: two.sync_until(commit))
        finally:
            one.node.stop()
            two.node.stop()


def by_aria2c(place):
    with emulated_network.Network() as network:
        one, two = network.add(), network.add()
        with open(place + "/nginx.conf", "w") as f:
            f.write(NGINX.format(dir=place, address=one.address, port=PORT))
        server = subprocess.Popen(one.prefix + ["nginx", "-c", place + "/nginx.conf"],
                                  stderr=subprocess.DEVNULL)
        time.sleep(1)
        fetch = ["aria2c", "-q", "-x16", "-s16", "-k1M", "-m0", "--retry-wait=1", "--timeout=10",
                 "--no-conf", "-d", place, "-o", "got", f"http://{one.address}:{PORT}/model.bin"]
        try:
            return Measured(network, two, SIZE_BYTES // 2).run(
                SIZE_BYTES, lambda: subprocess.run(two.prefix + fetch, check=True))
        finally:
            server.terminate()
            server.wait()
            os.remove(place + "/got")


def by_rsync(place):
    with emulated_network.Network() as network:
        one, two = network.add(), network.add()
        with open(place + "/rsyncd.conf", "w") as f:
            f.write(RSYNCD.format(dir=place, port=PORT))
        server = subprocess.Popen(one.prefix + ["rsync", "--daemon", "--no-detach",
                                                "--config", place + "/rsyncd.conf"])
        time.sleep(1)
        fetch = ["rsync", f"rsync://{one.address}:{PORT}/files/less.bin", place + "/got"]
        try:
            return Measured(network, two).run(
                RSYNC_BYTES, lambda: subprocess.run(two.prefix + fetch, check=True))
        finally:
            server.terminate()
            server.wait()
            os.remove(place + "/got")


def measure(options, place):
    need("nginx", "rsync", "aria2c")
    if lacking := emulated_network.missing():
        raise Missing(lacking)
    os.makedirs(place + "/www")
    os.chmod(place, 0o755)
    with open(place + "/www/model.bin", "wb") as f:
        f.write(os.urandom(SIZE_BYTES))
    shares = {"ours": ours(options, place), "aria2c": by_aria2c(place)}
    with open(place + "/www/less.bin", "wb") as f:
        f.write(os.urandom(RSYNC_BYTES))
    shares["rsync"] = by_rsync(place)
    say(f"bad link: {shares}")
    (used, received), (aria2c, aria2c_received) = shares["ours"], shares["aria2c"]
    yield Row("2 Mbit/s, 300 ms, 2 % loss, an outage: of the link while it is up; aria2c, rsync",
              f"{100 * used:.0f} %", f"{100 * aria2c:.0f} %, {100 * shares['rsync'][0]:.0f} %",
              f"{used:.2f}", "0.85", used >= 0.85)
    # 40 of 1,500 bytes of a packet are its heads.
    yield Row("the same: bytes received for each byte, heads of packets included; aria2c",
              f"{received:.3f}", f"{aria2c_received:.3f}", f"{received:.3f}", "at most 1.08",
              received <= 1.08)
