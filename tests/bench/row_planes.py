"""Download of bf16 weights that are stored as byte planes; nginx sends the file itself."""
import os

import row_download
from servers import Nginx, Node, need


def measure(options, place):
    need("curl", "nginx")
    file = place + "/www/file"
    os.makedirs(place + "/www")
    row_download.make_file(options, "bf16", file, 2)
    with Node(options.build, place + "/node") as node, Nginx(place) as nginx:
        path = node.push_file("weights", file)
        row_download.check(node, path, file)
        yield row_download.compare(f"download, bf16 stored as planes, {options.mib} MiB, 1 client",
                                   options, 1, 0.5, 0, node, nginx, path)
