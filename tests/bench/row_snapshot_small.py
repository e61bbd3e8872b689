"""`hf download` of a repository with many small files, to the same client at an nginx that has
them; what else the client asks is answered by the node in both."""
import os
import subprocess

from hub_client import HubClient, nginx_hub, within_memory
from measure import forget_peak, in_pairs, peak_mib
from servers import Node, need

FILES, FOLDER_FILES, LINES = 2_000, 100, 60


def make_files(folder):
    """About 2 KiB each."""
    for number in range(FILES):
        path = f"{folder}/{number // FOLDER_FILES:02}/{number:04}.txt"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("".join(f"line {line} of the file {number}\n" for line in range(LINES)))
    with open(folder + "/.gitattributes", "w", encoding="utf-8") as file:  # else the node adds one
        file.write("*.bin filter=lfs diff=lfs merge=lfs -text\n")


def measure(options, place):
    need("nginx")
    client, www = HubClient(options, place), place + "/www"
    make_files(www)

    def rate(*server, **more):
        """Files a second."""
        return client.download(["operator/small"], FILES * 1e9, *server, **more)

    def is_equal(folder):
        subprocess.run(["diff", "-r", "-x", ".cache", folder, www],
                       check=True, capture_output=True)

    with Node(options.build, place + "/node") as node:
        node.banyan("push", www, "operator/small", "--create")
        with nginx_hub(place, node, "operator/small") as nginx:
            ours, peer = (node.url, node.token), (nginx.url, node.token)
            for server in (ours, peer):
                rate(*server, check=is_equal)
            forget_peak(node.pid)
            pairs = in_pairs("small files", max(3, options.pairs // 3),
                             lambda: rate(*ours), lambda: rate(*peer))
            yield within_memory(pairs.row(f"hf download, {FILES:,} files of 2 KiB", "files/s", 0.5),
                                peak_mib(node.pid))
