#!/usr/bin/env python3
"""Compares http_bench_server with nginx on this machine: big file, small answer, plain and TLS.

Usage: http_bench.py BUILD_DIRECTORY [--pairs N] [--mib N] [--clients N]

Each pair runs both servers one after the other, in alternating order; the table shows the median
of each, the median of the ratios of the pairs, and the processor time that each server took per
GB or per thousand requests. Needs nginx, wrk, curl and openssl. The file lies in a temporary
directory and is in the page cache after the first read.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

NGINX = """
worker_processes auto;
daemon off;
error_log {dir}/error.log;
pid {dir}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000;
  default_type application/octet-stream;
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
  uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  ssl_certificate {dir}/cert.pem;
  ssl_certificate_key {dir}/key.pem;
  server {{
    listen 127.0.0.1:{plain};
    listen 127.0.0.1:{tls} ssl;
    root {dir}/www;
  }}
}}
"""


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_nginx(directory):
    plain, tls = free_port(), free_port()
    config = os.path.join(directory, "nginx.conf")
    with open(config, "w") as f:
        f.write(NGINX.format(dir=directory, plain=plain, tls=tls))
    process = subprocess.Popen(["nginx", "-c", config, "-e", directory + "/error.log"])
    time.sleep(0.5)
    return process, {"http": plain, "https": tls}


def start_ours(binary, directory):
    processes, ports = [], {}
    for scheme in ("http", "https"):
        arguments = [binary, directory + "/www/file"]
        if scheme == "https":
            arguments += [directory + "/cert.pem", directory + "/key.pem"]
        process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   text=True)
        ports[scheme] = int(process.stdout.readline())
        processes.append(process)
    return processes, ports


def processor_seconds(pids):
    """User and system time so far of these processes and the children of the first."""
    children = open(f"/proc/{pids[0]}/task/{pids[0]}/children").read().split()
    total = 0
    for pid in list(pids) + children:
        fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def download(url, clients, size):
    """GB/s of `clients` curls reading the same file at once."""
    started = time.monotonic()
    curls = [subprocess.Popen(["curl", "-sk", "-o", "/dev/null", "-w", "%{size_download}", url],
                              stdout=subprocess.PIPE, text=True) for _ in range(clients)]
    total = sum(int(c.communicate()[0]) for c in curls)
    elapsed = time.monotonic() - started
    if total != clients * size:
        sys.exit(f"{url}: {total} bytes of {clients * size}")
    return total / elapsed / 1e9, total / 1e9


def requests(url):
    """Thousand requests a second, and thousands of requests."""
    out = subprocess.run(["wrk", "-t1", "-c32", "-d2s", url], capture_output=True, text=True)
    if "Non-2xx" in out.stdout or "Socket errors" in out.stdout:
        print(out.stdout, file=sys.stderr)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out.stdout).group(1)) / 1e3
    count = int(re.search(r"(\d+) requests in", out.stdout).group(1)) / 1e3
    return rate, count


class Side:
    """One of the two servers, measured."""

    def __init__(self, pids, run):
        self.pids, self.run, self.rates, self.costs = pids, run, [], []

    def measure(self):
        before = processor_seconds(self.pids)
        rate, amount = self.run()
        self.rates.append(rate)
        self.costs.append((processor_seconds(self.pids) - before) / amount)


def compare(name, unit, pairs, ours, theirs):
    for turn in range(pairs):
        for side in (ours, theirs) if turn % 2 == 0 else (theirs, ours):
            side.measure()
    ratios = [a / b for a, b in zip(ours.rates, theirs.rates)]
    median = statistics.median
    print(f"{name:26} {median(ours.rates):8.2f} {median(theirs.rates):8.2f} {unit:5}"
          f" {median(ratios):6.2f} {median(ours.costs):9.3f} {median(theirs.costs):7.3f}   "
          + " ".join(f"{r:.2f}" for r in ratios), flush=True)


def prepare(directory, size):
    os.makedirs(directory + "/www")
    os.chmod(directory, 0o755)
    with open(directory + "/www/file", "wb") as f:
        block = os.urandom(1 << 20)
        for _ in range(size >> 20):
            f.write(block)
    with open(directory + "/www/json", "w") as f:
        f.write('{"name":"banyan","items":[1,2,3,4,5,6,7,8]}')
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-keyout", directory + "/key.pem",
                    "-out", directory + "/cert.pem"], check=True, capture_output=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    binary = os.path.join(options.build, "tests/bench/http_bench_server")
    size = options.mib << 20
    with tempfile.TemporaryDirectory() as directory:
        prepare(directory, size)
        nginx, theirs = start_nginx(directory)
        ours_processes, ours = start_ours(binary, directory)
        try:
            print(f"{'':26} {'banyan':>8} {'nginx':>8} {'':5} {'ratio':>6}"
                  f" {'CPU: ours':>9} {'nginx':>7}   ratios of pairs")
            pids = [[p.pid for p in ours_processes], [nginx.pid]]
            for scheme in ("http", "https"):
                bases = [f"{scheme}://127.0.0.1:{p[scheme]}" for p in (ours, theirs)]
                for clients in (1, options.clients):
                    compare(f"{scheme} file, {clients} clients", "GB/s", options.pairs,
                            *[Side(p, lambda b=b: download(b + "/file", clients, size))
                              for p, b in zip(pids, bases)])
                compare(f"{scheme} small answer", "k/s", options.pairs,
                        *[Side(p, lambda b=b: requests(b + "/json"))
                          for p, b in zip(pids, bases)])
        finally:
            for process in ours_processes:
                process.stdin.close()
                process.wait(10)
            nginx.terminate()
            nginx.wait(10)


main()
