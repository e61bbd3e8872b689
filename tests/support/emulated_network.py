"""Hosts on bad links: real TCP of this kernel, through a wire that is played by this process.

Each host is a network namespace of its own with one TUN device. Every packet that it sends comes
here, waits for its turn on the sender's line and the receiver's, is delayed, and may be lost, at
random or because a line is down. What is emulated: rate with a queue of QUEUE_SECONDS that
overflows, delay, independent losses, outages, and a router through which a host can only dial
out. What is not: reordering, and how cross traffic
shares a queue with others' (packets queue in order of sending). Congestion control is reno, to
which a loss is a loss: over 2 Mbit/s, 300 ms and 2 % one stream carries about 17 %.

Needs root, /dev/net/tun and the programs of iproute2 and util-linux; else `missing()` says what.
"""
import ctypes
import fcntl
import heapq
import os
import random
import select
import shutil
import socket
import struct
import subprocess
import threading
import time

QUEUE_SECONDS = 0.5
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
CLONE_NEWNET = 0x40000000
TCP, SYN, ACK = 6, 0x02, 0x10
LIBC = ctypes.CDLL(None, use_errno=True)
# A namespace without sockets yet, held until its standard input ends.
HOLD = "ip link set lo up && echo ready && read line"


def missing():
    """What is lacking on this machine; empty: nothing."""
    if os.geteuid() != 0:
        return "root"
    if not os.path.exists("/dev/net/tun"):
        return "/dev/net/tun"
    for program in ("ip", "unshare", "nsenter"):
        if shutil.which(program) is None:
            return program
    if subprocess.run(["unshare", "--net", "true"], capture_output=True).returncode != 0:
        return "network namespaces"
    return ""


def opens_connection(packet):
    """It is the first packet of a TCP connection."""
    flags = packet[(packet[0] & 15) * 4 + 13]
    return packet[9] == TCP and flags & (SYN | ACK) == SYN


class Line:
    """One direction of a host's link."""

    def __init__(self, bytes_per_s):
        self.bytes_per_s = bytes_per_s
        self.free_at = 0.0
        self.bytes = 0  # that passed

    def pass_at(self, now, size):
        """When a packet that comes now is through; None: the queue is full."""
        start = max(now, self.free_at)
        if start - now > QUEUE_SECONDS:
            return None
        self.free_at = start + size / self.bytes_per_s
        self.bytes += size
        return self.free_at


class Host:
    """A namespace with an address. `prefix` starts a command in it. Nobody can dial one that is
    behind a router."""

    def __init__(self, number, link, is_behind_router):
        self.address = f"10.77.0.{number}"
        self.link, self.is_down, self.is_behind_router = link, False, is_behind_router
        self.up, self.down = Line(link["bytes_per_s"]), Line(link["bytes_per_s"])
        self.holder = subprocess.Popen(["unshare", "--net", "sh", "-c", HOLD], text=True,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        self.prefix = ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net"]
        self.tun = self.open_tun()
        for words in (["ip", "address", "add", self.address + "/24", "dev", "wire"],
                      ["ip", "link", "set", "wire", "up"],
                      ["sh", "-c", "echo reno > /proc/sys/net/ipv4/tcp_congestion_control"]):
            subprocess.run(self.prefix + words, check=True)

    def open_tun(self):
        own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        other = os.open(f"/proc/{self.holder.pid}/ns/net", os.O_RDONLY)
        try:
            self.enter(other)
            tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH14x", b"wire", IFF_TUN | IFF_NO_PI))
            return tun
        finally:
            self.enter(own)
            os.close(own)
            os.close(other)

    @staticmethod
    def enter(namespace):
        if LIBC.setns(namespace, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    def close(self):
        os.close(self.tun)
        self.holder.stdin.close()
        self.holder.wait()


class Network:
    """`with Network(...) as network: host = network.add()`."""

    def __init__(self, mbit=2, round_trip_ms=300, loss=0.02, seed=1):
        # Between two hosts: half of the delay and of the losses belongs to each.
        self.link = {"bytes_per_s": mbit * 1e6 / 8, "delay": round_trip_ms / 4000, "loss": loss / 2}
        self.random = random.Random(seed)
        self.hosts, self.by_address = [], {}
        self.poll = select.epoll()
        self.waiting, self.count = [], 0
        self.lost = self.overflown = self.refused = 0
        self.is_closing = False

    def __enter__(self):
        self.thread = threading.Thread(target=self.play, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_closing = True
        self.thread.join()
        for host in self.hosts:
            host.close()

    def add(self, is_behind_router=False, **link):
        host = Host(len(self.hosts) + 1, self.link | link, is_behind_router)
        self.hosts.append(host)
        self.by_address[socket.inet_aton(host.address)] = host
        self.poll.register(host.tun, select.EPOLLIN)
        return host

    def set_down(self, is_down):
        for host in self.hosts:
            host.is_down = is_down

    def play(self):
        while not self.is_closing:
            wait = 0.05
            if self.waiting:
                wait = min(wait, max(0, self.waiting[0][0] - time.monotonic()))
            for fd, _ in self.poll.poll(wait):
                self.take(next(host for host in self.hosts if host.tun == fd))
            now = time.monotonic()
            while self.waiting and self.waiting[0][0] <= now:
                _, _, host, packet = heapq.heappop(self.waiting)
                if not host.is_down:
                    os.write(host.tun, packet)

    def take(self, sender):
        for _ in range(64):  # then the others have their turn
            try:
                packet = os.read(sender.tun, 65536)
            except BlockingIOError:
                return
            receiver = self.by_address.get(packet[16:20]) if packet[0] >> 4 == 4 else None
            if receiver and receiver.is_behind_router and opens_connection(packet):
                self.refused += 1
            elif receiver and not sender.is_down and not receiver.is_down:
                self.send(sender, receiver, packet)

    def send(self, sender, receiver, packet):
        sent_at = sender.up.pass_at(time.monotonic(), len(packet))
        if sent_at is None:
            self.overflown += 1
            return
        kept = (1 - sender.link["loss"]) * (1 - receiver.link["loss"])
        if self.random.random() > kept:
            self.lost += 1
            return
        there_at = sent_at + sender.link["delay"] + receiver.link["delay"]
        at = receiver.down.pass_at(there_at, len(packet))
        if at is None:
            self.overflown += 1
            return
        self.count += 1
        heapq.heappush(self.waiting, (at, self.count, receiver, packet))
