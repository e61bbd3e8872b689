"""slow_clients.py PORT PATH CLIENTS SECONDS: reads PATH on so many connections, 16 KiB a second
each, and prints a line "open" when all have their first bytes; at the end "failed N", the number of
connections that broke, were refused, or fell behind."""
import selectors
import socket
import sys
import time

STEP_BYTES = 16 << 10
BEHIND = 0.8  # of the wanted bytes


class Client:
    def __init__(self, port, path, first_s):
        self.next_s, self.received, self.broken = first_s, 0, False
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2 * STEP_BYTES)
        self.socket.connect(("127.0.0.1", port))
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        self.socket.setblocking(False)

    def step(self):
        self.next_s += 1
        try:
            part = self.socket.recv(STEP_BYTES)
        except BlockingIOError:
            return
        except OSError:
            part = b""
        self.broken |= not part or (self.received == 0 and not part.startswith(b"HTTP/1.1 200 "))
        self.received += len(part)


def main():
    port, path, count, seconds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    clients = [Client(port, path, 0) for _ in range(count)]
    with selectors.DefaultSelector() as waiting:
        for client in clients:
            waiting.register(client.socket, selectors.EVENT_READ)
        while waiting.get_map():
            ready = waiting.select(30)
            if not ready:
                break
            for key, _ in ready:
                waiting.unregister(key.fileobj)
    print("open", flush=True)
    start_s = time.monotonic()
    for i, client in enumerate(clients):
        client.next_s = start_s + i / count  # evenly over the second
    while time.monotonic() < start_s + seconds:
        now_s = time.monotonic()
        for client in clients:
            if client.next_s <= now_s and not client.broken:
                client.step()
        time.sleep(0.005)
    wanted = BEHIND * STEP_BYTES * seconds
    print("failed", sum(c.broken or c.received < wanted for c in clients), flush=True)


main()
