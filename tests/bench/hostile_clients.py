"""hostile_clients.py PORT NODE SECONDS DRIPS PER_SECOND: keeps so many connections open whose
requests never end, and sends so many requests a second that are dear or senseless. Prints "open"
when all drip."""
import http.client
import os
import random
import socket
import sys
import threading
import time

THREADS = 4


def requests(node):
    """(method, path, body, headers), for ever."""
    zstd = {"Accept-Encoding": "zstd"}
    signed = {"Signature-Input": 'banyan=("@method" "@authority" "@path" "@query");'
              f'created={int(time.time())};nonce="aaaaaaaaaaaaaaaaaaaaaa";keyid="{node}";'
              'alg="ed25519"', "Signature": "banyan=:" + "A" * 86 + "==:"}
    while True:
        yield random.choice([
            ("POST", "/fed/heads", os.urandom(40_000), {"Content-Type": "text/plain"}),
            ("POST", "/fed/heads", b"x" * 300, signed),
            ("POST", "/fed/o", os.urandom(32 * 1024), zstd),
            ("GET", "/fed/heads", None, zstd),
            ("GET", f"/fed/{node}/0/tile/entries/000", None, zstd),
            ("GET", f"/fed/{node}/0/tile/0/000", None, {}),
            ("GET", "/fed/o/" + os.urandom(32).hex(), None, {}),
        ])


def flood(port, node, end_s, pause_s):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for method, path, body, headers in requests(node):
        if time.monotonic() > end_s:
            return
        try:
            connection.request(method, path, body, headers)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            connection.close()
        time.sleep(pause_s)


def drip(port, end_s, count):
    sockets = []
    for _ in range(count):
        try:
            one = socket.create_connection(("127.0.0.1", port))
            one.sendall(b"POST /fed/heads HTTP/1.1\r\nHost: localhost\r\nX: ")
            sockets.append(one)
        except OSError:
            pass
    print("open", flush=True)
    while time.monotonic() < end_s:
        for one in sockets:
            try:
                one.send(b"x")
            except OSError:
                pass
        time.sleep(1)


def main():
    port, node, seconds, drips, per_second = (sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6]))
    end_s = time.monotonic() + seconds
    for _ in range(THREADS):
        threading.Thread(target=flood, daemon=True,
                         args=(int(port), node, end_s, THREADS / per_second)).start()
    drip(int(port), end_s, drips)


main()
