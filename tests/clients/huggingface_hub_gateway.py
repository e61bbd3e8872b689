"""What a user of huggingface_hub does with a node that fetches on demand what another published:
huggingface_hub_gateway.py PROGRAM ORIGIN GATEWAY, where BANYAN_TOKEN is that of the gateway's
operator and HF_TOKEN that of the origin's. The origin is killed before the second download.
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from huggingface_hub import CommitOperationAdd, HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError

program, origin, gateway = sys.argv[1:4]
REPO = "operator/gateway-test"


def banyan(*words):
    return json.loads(subprocess.check_output([program, *words, "--json"]))


folder = pathlib.Path(tempfile.mkdtemp())
(folder / "README.md").write_text("---\nlicense: mit\n---\n# Through a gateway\n")
(folder / "config.json").write_text("{}")
(folder / "weights.bin").write_bytes(os.urandom(5_000_000))
(folder / "sub").mkdir()
(folder / "sub" / "a b#é.txt").write_text("hi")
publisher = HfApi(endpoint=origin)
publisher.create_repo(REPO)
publisher.upload_folder(repo_id=REPO, folder_path=folder)
def open_when_ready(url):
    """The own log answers 503 until peers were asked, in the first seconds."""
    for _ in range(300):
        try:
            return urllib.request.urlopen(url)
        except urllib.error.HTTPError as refused:
            assert refused.code == 503, refused
            time.sleep(0.1)
    raise SystemExit(url + " is not ready after 30 s")


with open_when_ready(origin + "/fed/info") as answer:
    node = json.load(answer)["node"]

banyan("peer", "add", origin)
banyan("follow", node)
reader = HfApi(endpoint=gateway, token=False)
deadline = time.monotonic() + 60
while not list(reader.list_models()):
    assert time.monotonic() < deadline, "the gateway lists nothing"
    banyan("sync")
    time.sleep(0.5)
[model] = reader.list_models()
info = reader.model_info(model.id, files_metadata=True)
assert info.sha == publisher.model_info(REPO).sha
sizes = {s.rfilename: s.size for s in info.siblings}
assert sizes["weights.bin"] == 5_000_000 and len(sizes) == 5, sizes



def require_snapshot():
    place = pathlib.Path(snapshot_download(model.id, revision=info.sha, endpoint=gateway,
                                           token=False, cache_dir=tempfile.mkdtemp()))
    for file in folder.rglob("*"):
        if file.is_file():
            assert (place / file.relative_to(folder)).read_bytes() == file.read_bytes(), file


def download(path):
    return hf_hub_download(model.id, path, endpoint=gateway, token=False,
                           cache_dir=tempfile.mkdtemp())


require_snapshot()
try:
    download("none.bin")
    raise SystemExit("a missing file was found")
except EntryNotFoundError:
    pass

# A new licence is told at once, other changes within a minute.
publisher.create_commit(REPO, commit_message="more", operations=[
    CommitOperationAdd("README.md", b"---\nlicense: apache-2.0\n---\n"),
    CommitOperationAdd("new.bin", os.urandom(1000) + bytes(1))])
deadline = time.monotonic() + 60
while reader.model_info(model.id).sha == info.sha:
    assert time.monotonic() < deadline, "the gateway does not hear of the change"
    banyan("sync")
    time.sleep(0.5)
os.kill(int(os.environ["ORIGIN_PID"]), signal.SIGKILL)
require_snapshot()  # nobody has to be asked for it
try:
    download("new.bin")
    raise SystemExit("a file that nobody has was served")
except EntryNotFoundError:
    raise SystemExit("a file that is not held was said not to exist") from None
except HfHubHTTPError as refused:
    assert refused.response.status_code == 503, refused
    assert "does not hold" in str(refused), refused
print("huggingface_hub works through a gateway")
