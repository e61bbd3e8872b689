"""The newest pinned huggingface_hub with hf_xet (tests/clients), each run a process with a home of
its own unless one is kept, and nginx as a hub: files by itself, all else by a node."""
import os
import pathlib
import shutil
import sys
import tempfile
import tomllib

from measure import Missing, rate_of
from servers import Nginx

CLIENTS = pathlib.Path(__file__).resolve().parent.parent / "clients"
sys.path.insert(0, str(CLIENTS))
import environments  # noqa: E402
from column import newest  # noqa: E402
from node_watch import requests  # noqa: E402

NODE_MIB = 300
HUB = """
    location ~ ^/operator/[^/]+/resolve/[^/]+/(.+)$ {{
      alias {www}/$1;
      add_header X-Repo-Commit {commit};
    }}
    location / {{
      proxy_pass {node};
      proxy_set_header Host $http_host;
    }}
"""


def nginx_hub(place, node, repository):
    """Serves `place`/www as the files of the node's repository."""
    commit = node.call("GET", f"/api/models/{repository}/revision/main")["sha"]
    return Nginx(place, more=HUB.format(www=place + "/www", node=node.url, commit=commit))


def require_xet(node, *kinds):
    with open(node.directory + "/log", encoding="utf-8", errors="replace") as log:
        seen = requests(log.read())
    if not all(seen[kind] for kind in kinds):
        raise RuntimeError(f"the client did not use Xet: {dict(seen)}")


def within_memory(row, memory):
    """The row, met only if the node stays small too."""
    row.memory, row.target = f"{memory:.0f} MiB", f"{row.target}, node at most {NODE_MIB} MiB"
    row.met = row.met and memory <= NODE_MIB
    return row


class HubClient:
    def __init__(self, options, place):
        pins = tomllib.loads((CLIENTS / "pins.toml").read_text())["huggingface_hub"]
        kept = pathlib.Path(options.build) / "tests/clients"
        kept.mkdir(parents=True, exist_ok=True)
        try:
            self.program = newest("huggingface_hub", pins).environment(kept).parent / "hf"
        except environments.Unreachable:
            raise Missing("huggingface_hub") from None
        self.place = place

    def rate(self, size_bytes, words, url, token, home=None, xet=True):
        """GB/s of one command."""
        used = home or tempfile.mkdtemp(dir=self.place)
        variables = {**os.environ, "HF_ENDPOINT": url, "HF_TOKEN": token, "HOME": used,
                     "HF_HOME": used + "/hf", "HF_XET_CACHE": used + "/xet",
                     "NO_PROXY": "127.0.0.1", "HF_HUB_DISABLE_UPDATE_CHECK": "1",
                     "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_PROGRESS_BARS": "1"}
        if not xet:
            variables["HF_HUB_DISABLE_XET"] = "1"
        try:
            return rate_of([self.program, *words], size_bytes, env=variables)
        finally:
            if not home:
                shutil.rmtree(used)

    def upload(self, repository, file, *server, **options):
        """GB/s for one file, which is then called "file"."""
        return self.rate(os.path.getsize(file), ["upload", repository, file, "file"], *server,
                         **options)

    def download(self, words, size_bytes, *server, check=None, **options):
        """GB/s for a repository, or those of its files that are named; `check` sees the folder that
        they are in."""
        target = tempfile.mkdtemp(dir=self.place)
        try:
            rate = self.rate(size_bytes, ["download", *words, "--local-dir", target], *server,
                             **options)
            if check:
                check(target)
            return rate
        finally:
            shutil.rmtree(target)
