"""A repository's information as JSON, many requests on kept connections; nginx serves a file of
the same size. Neither writes an access log."""
import os
import re
import struct
import subprocess

from measure import in_pairs, peak_mib
from servers import LOCAL, Nginx, Node, need

HEADER = b'{"w":{"dtype":"U8","shape":[1048576],"data_offsets":[0,1048576]}}'
TENSORS = struct.pack("<Q", len(HEADER)) + HEADER
CARD = "---\nlicense: apache-2.0\nlanguage:\n- en\npipeline_tag: text-generation\n---\n# Model\n"


def requests(url):
    """Thousand requests a second; none may fail."""
    out = subprocess.run(["wrk", "-t1", "-c32", "-d2s", url], capture_output=True, text=True,
                         check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise RuntimeError("wrk: " + out)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)) / 1e3


def push_model(node, place):
    folder = place + "/model"
    os.makedirs(folder)
    for name, content in (("README.md", CARD.encode()), ("config.json", b"{}"),
                          ("model.safetensors", TENSORS + os.urandom(1 << 20))):
        with open(f"{folder}/{name}", "wb") as f:
            f.write(content)
    node.banyan("push", folder, "operator/model", "--create")
    return "/api/models/operator/model"


def measure(options, place):
    need("wrk", "nginx")
    with Node(options.build, place + "/node", "--log-access", "false") as node, \
            Nginx(place) as nginx:
        path = push_model(node, place)
        with LOCAL.open(node.url + path) as answer, open(place + "/www/json", "wb") as f:
            size = f.write(answer.read())
        pairs = in_pairs("requests", max(3, options.pairs // 2),
                         lambda: requests(node.url + path), lambda: requests(nginx.url + "/json"))
        memory = f"{peak_mib(node.pid):.0f} / {peak_mib(nginx.pid):.0f} MiB"
        yield pairs.row(f"repository information, {size} bytes of JSON, 32 connections",
                        "thousand/s", 0.5, memory=memory)
