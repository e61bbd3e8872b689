"""An API request beside 1,000 downloads at 16 KiB a second each: of a file stored raw, which leaves
straight from its pack, and of one stored as byte planes, which is decoded on the way."""
import http.client
import os
import subprocess
import sys
import time

import row_download
import row_json
from measure import Row, forget_peak, peak_mib, percentile, say
from servers import Node

CLIENTS = 1000
SECONDS = 20
FILE_MIB = 32  # more than a client reads


def latencies(node, path, seconds):
    """Milliseconds of requests one after the other on one connection, 5 ms apart."""
    connection, took = http.client.HTTPConnection("127.0.0.1", node.port), []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        started = time.monotonic()
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        took.append((time.monotonic() - started) * 1e3)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
        time.sleep(0.005)
    return took


def beside(node, path, file_path):
    """(milliseconds of each request, failed downloads)"""
    command = [sys.executable, os.path.join(os.path.dirname(__file__), "slow_clients.py"),
               str(node.port), file_path, str(CLIENTS), str(SECONDS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as clients:
        if clients.stdout.readline() != "open\n":
            raise RuntimeError("the slow clients did not start")
        took = latencies(node, path, SECONDS - 2)
        return took, int(clients.stdout.readline().split()[1])


def measure(options, place):
    with Node(options.build, place + "/node", "--log-access", "false") as node:
        path = row_json.push_model(node, place)
        for kind in ("noise", "bf16"):
            file = place + "/" + kind
            row_download.make_file(options, kind, file, 5, mib=FILE_MIB)
            file_path = node.push_file(kind, file)
            forget_peak(node.pid)
            alone = percentile(latencies(node, path, 5), 0.99)
            took, failed = beside(node, path, file_path)
            loaded, limit, memory = percentile(took, 0.99), max(3 * alone, 10), peak_mib(node.pid)
            say(f"{kind}: p50 {percentile(took, 0.5):.2f} ms, p99 {loaded:.2f}, alone {alone:.2f}")
            stored = "raw" if kind == "noise" else "as planes"
            yield Row(f"API request beside {CLIENTS} downloads at 16 KiB/s, file stored {stored}",
                      f"p99 {loaded:.1f} ms, {failed} failures", f"alone p99 {alone:.1f} ms",
                      f"{loaded / alone:.1f} × alone, {len(took)} requests",
                      f"p99 at most {limit:.0f} ms, no failure, 300 MiB",
                      loaded <= limit and failed == 0 and memory <= 300, f"{memory:.0f} MiB")
