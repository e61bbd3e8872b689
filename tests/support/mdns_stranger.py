#!/usr/bin/env python3
"""Speaks mDNS to a local network without any daemon, from the host with ADDRESS:

mdns_stranger.py listen ADDRESS   prints who sends a packet about _banyan._tcp, a line each
mdns_stranger.py flood ADDRESS NODE COUNT
                                  announces so many services: what is no node, NODE where it is
                                  not, and nodes that do not exist
"""
import socket
import struct
import sys

GROUP, PORT = "224.0.0.251", 5353
A, PTR, TXT, SRV = 1, 12, 16, 33
SERVICE = [b"_banyan", b"_tcp", b"local"]
TTL_SECONDS = 120
NAME_BYTES = 60


def open_socket(address):
    own = socket.inet_aton(address)
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    out.bind(("", PORT))
    out.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP) + own)
    out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)
    out.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 255)
    return out


def listen(address):
    heard = open_socket(address)
    while True:
        packet, (sender, _) = heard.recvfrom(1 << 16)
        if SERVICE[0] in packet:
            print(sender, flush=True)


def name(labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def record(labels, kind, data):
    return name(labels) + struct.pack("!HHIH", kind, 1, TTL_SECONDS, len(data)) + data


def announcement(instance, host, port, texts):
    own, target = [instance, *SERVICE], [instance[:4], b"local"]
    records = [record(SERVICE, PTR, name(own)),
               record(own, SRV, struct.pack("!HHH", 0, 0, port) + name(target)),
               record(own, TXT, b"".join(bytes([len(text)]) + text for text in texts)),
               record(target, A, socket.inet_aton(host))]
    return struct.pack("!6H", 0, 0x8400, 0, len(records), 0, 0) + b"".join(records)


def flood(address, node, count):
    sender = open_socket(address)
    says = [b"v=0", b"node=" + node.encode()]
    for number in range(int(count)):
        kinds = [("127.0.0.1", 8440, says), ("8.8.8.8", 8440, says), (address, 22, says),
                 (address, 8440, [b"v=0", b"node=\x1b[2J" + b"\n" * 40]), (address, 8440, []),
                 (address, 8440, says + [b"x" * 250] * 30), (address, 2000 + number, says),
                 (address, 2000 + number, [b"v=0", b"node=" + b"%c%c" % (
                     97 + number // 26, 97 + number % 26) + b"a" * 50])]
        instance = b"%04x\x1b[31m\n" % number + b"=" * (NAME_BYTES - 10)
        packet = announcement(instance, *kinds[number % len(kinds)])
        sender.sendto(packet, (GROUP, PORT))


{"listen": listen, "flood": flood}[sys.argv[1]](*sys.argv[2:])
