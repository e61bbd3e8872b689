"""Hosts of one local network: namespaces on a bridge of this kernel, so that what one sends to a
group reaches all. Each may run an avahi-daemon of its own, over a system bus of its own.

Needs root, and the programs of iproute2, util-linux, dbus and avahi-daemon; else `missing()` says
what.
"""
import contextlib
import os
import shutil
import subprocess
import time

START_SECONDS = 20
# A namespace with a host name, its own /run, and nothing running, until its standard input ends.
HOLD = ("hostname {name} && ip link set lo up && mount -t tmpfs none /run && mkdir /run/dbus"
        " && echo ready && read line")


def missing():
    """What is lacking on this machine; empty: nothing."""
    if os.geteuid() != 0:
        return "root"
    for program in ("ip", "unshare", "nsenter", "dbus-daemon", "avahi-daemon"):
        if shutil.which(program) is None:
            return program
    probe = ("ip link add name one type bridge && ip link add name two type veth peer name three"
             " && mount -t tmpfs none /run")
    command = ["unshare", "--net", "--mount", "--uts", "sh", "-c", probe]
    if subprocess.run(command, capture_output=True).returncode != 0:
        return "network namespaces with bridges"
    return ""


class Namespace:
    """`prefix` starts a command in it."""

    def __init__(self, name):
        self.holder = subprocess.Popen(
            ["unshare", "--net", "--mount", "--uts", "sh", "-c", HOLD.format(name=name)], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.holder.stdout.readline()
        self.prefix = ["nsenter", "--target", str(self.holder.pid), "--net", "--mount", "--uts"]

    def run(self, *words):
        subprocess.run([*self.prefix, *words], check=True, capture_output=True)

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()


class Host(Namespace):
    def __init__(self, number, bridge):
        super().__init__(f"host{number}")
        self.address = f"10.78.0.{number}"
        self.daemons = {}
        outer = f"port{number}"
        bridge.run("ip", "link", "add", "name", outer, "type", "veth",
                   "peer", "name", "wire", "netns", str(self.holder.pid))
        bridge.run("ip", "link", "set", outer, "master", "bridge", "up")
        self.run("ip", "address", "add", self.address + "/24", "dev", "wire")
        self.run("ip", "link", "set", "wire", "up")
        self.run("ip", "route", "add", "default", "dev", "wire")

    def start(self, name, *words):
        self.daemons[name] = subprocess.Popen([*self.prefix, *words], stdin=subprocess.DEVNULL,
                                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def await_path(self, path):
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run([*self.prefix, "test", "-e", path]).returncode != 0:
            assert time.monotonic() < deadline, path
            time.sleep(0.1)

    def start_avahi(self):
        if "bus" not in self.daemons:
            self.start("bus", "dbus-daemon", "--system", "--nofork", "--nopidfile")
            self.await_path("/run/dbus/system_bus_socket")
        self.start("avahi", "avahi-daemon", "--no-rlimits")
        self.await_path("/run/avahi-daemon/socket")

    def stop(self, name):
        with contextlib.suppress(KeyError):
            daemon = self.daemons.pop(name)
            daemon.terminate()
            daemon.wait()

    def close(self):
        for name in list(self.daemons):
            self.stop(name)
        super().close()


class LocalNetwork:
    """`with LocalNetwork() as network: host = network.add()`."""

    def __enter__(self):
        self.hosts = []
        self.bridge = Namespace("bridge")
        self.bridge.run("ip", "link", "add", "name", "bridge", "type", "bridge",
                        "mcast_snooping", "0")
        self.bridge.run("ip", "link", "set", "bridge", "up")
        return self

    def __exit__(self, *_):
        for host in self.hosts:
            host.close()
        self.bridge.close()

    def add(self):
        self.hosts.append(Host(len(self.hosts) + 1, self.bridge))
        return self.hosts[-1]
