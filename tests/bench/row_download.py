"""Download of one file: 1 and 8 clients, plain and TLS, Banyan and nginx in turns."""
import os
import subprocess

from measure import forget_peak, in_pairs, peak_mib, rate_of
from servers import Nginx, Node, make_certificate, need

FETCH = ["curl", "-sfk", "--noproxy", "*", "-o", "/dev/null", "--write-out", "%{size_download}"]


def make_file(options, kind, path, seed, mib=None):
    with open(path, "wb") as f:
        subprocess.run([options.build + "/tests/bench/bench_data", kind,
                        str(mib or options.mib), str(seed)], stdout=f, check=True)


def fetch(url, clients, size):
    """GB/s of so many curls that fetch the same file at once."""
    if clients == 1:
        return rate_of(FETCH + [url], size)
    script = " & ".join([" ".join(f"'{word}'" for word in FETCH + [url])] * clients)
    return rate_of(["sh", "-c", script + " & wait"], clients * size)


def compare(what, options, clients, least, quartile, node, nginx, path):
    size = options.mib << 20
    for server in (node, nginx):
        forget_peak(server.pid)
    pairs = in_pairs(what, options.pairs if clients == 1 else max(3, options.pairs // 3),
                     lambda: fetch(node.url + path, clients, size),
                     lambda: fetch(nginx.url + "/file", clients, size))
    memory = f"{peak_mib(node.pid):.0f} / {peak_mib(nginx.pid):.0f} MiB"
    return pairs.row(what, "GB/s", least, quartile, memory)


def check(node, path, file):
    """Both send the same bytes."""
    done = subprocess.run(f"curl -sfk --noproxy '*' '{node.url}{path}' | cmp - '{file}'",
                          shell=True, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{path}: {done.stdout}{done.stderr}")


def measure(options, place):
    need("curl", "nginx")
    certificate = make_certificate(place)
    file = place + "/www/file"
    os.makedirs(place + "/www")
    make_file(options, "noise", file, 1)
    path = None
    for scheme, files, least in (("HTTP", None, (1.1, 1.0)), ("TLS", certificate, (0.9, 0.9))):
        with Node(options.build, place + "/node", certificate=files) as node, \
                Nginx(place, files) as nginx:
            path = path or node.push_file("noise", file)
            check(node, path, file)
            for clients, wanted, quartile in ((1, least[0], 0.9 if not files else 0),
                                              (8, least[1], 0)):
                what = f"download, {scheme}, {options.mib} MiB, {clients} client"
                yield compare(what + "s" * (clients > 1), options, clients, wanted, quartile,
                              node, nginx, path)
