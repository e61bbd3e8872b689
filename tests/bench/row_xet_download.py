"""`hf download` of one large file over Xet, from the node, to the same client without Xet at an
nginx that has the file; what else the client asks is answered by the node in both."""
import os
import subprocess

import row_download
from hub_client import HubClient, nginx_hub, require_xet, within_memory
from measure import forget_peak, in_pairs, peak_mib
from servers import Node, need

FILE = ["operator/large", "file"]


def measure(options, place):
    need("nginx")
    client, size = HubClient(options, place), options.mib << 20
    os.makedirs(place + "/www")
    file = place + "/www/file"
    row_download.make_file(options, "noise", file, 6)

    def is_equal(folder):
        subprocess.run(["cmp", folder + "/file", file], check=True, capture_output=True)

    with Node(options.build, place + "/node") as node:
        node.push_file("large", file)
        with nginx_hub(place, node, "operator/large") as nginx:
            ours, peer = (node.url, node.token), (nginx.url, node.token)
            client.download(FILE, size, *ours, check=is_equal)
            require_xet(node, "reconstruction", "fetch")
            client.download(FILE, size, *peer, check=is_equal, xet=False)
            forget_peak(node.pid)
            pairs = in_pairs("xet download", max(3, options.pairs // 3),
                             lambda: client.download(FILE, size, *ours),
                             lambda: client.download(FILE, size, *peer, xet=False))
            yield within_memory(
                pairs.row(f"hf download over Xet, {options.mib} MiB", "GB/s", 0.8),
                peak_mib(node.pid))
