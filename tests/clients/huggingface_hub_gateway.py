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
import urllib.request

from huggingface_hub import HfApi, hf_hub_download, snapshot_download
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
with urllib.request.urlopen(origin + "/fed/info") as answer:
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

for life in ("with the origin", "without it"):
    place = pathlib.Path(snapshot_download(model.id, endpoint=gateway, token=False,
                                           cache_dir=tempfile.mkdtemp()))
    for file in folder.rglob("*"):
        if file.is_file():
            assert (place / file.relative_to(folder)).read_bytes() == file.read_bytes(), file
    try:
        hf_hub_download(model.id, "none.bin", endpoint=gateway, token=False,
                        cache_dir=tempfile.mkdtemp())
        raise SystemExit("a missing file was found")
    except EntryNotFoundError:
        pass
    print("a snapshot through the gateway,", life)
    if life == "with the origin":
        publisher.upload_file(repo_id=REPO, path_or_fileobj=b"x" * 1000, path_in_repo="new.bin")
        deadline = time.monotonic() + 120  # a card a minute
        while reader.model_info(model.id).sha == info.sha:
            assert time.monotonic() < deadline, "the gateway does not hear of the change"
            banyan("sync")
            time.sleep(1)
        os.kill(int(os.environ["ORIGIN_PID"]), signal.SIGKILL)
        (folder / "new.bin").unlink(missing_ok=True)
        info = None
        try:
            hf_hub_download(model.id, "new.bin", endpoint=gateway, token=False,
                            cache_dir=tempfile.mkdtemp())
            raise SystemExit("a file that nobody has was served")
        except EntryNotFoundError:
            raise SystemExit("a file that is not held was said not to exist")
        except HfHubHTTPError as refused:
            assert refused.response.status_code == 503, refused
            assert "does not hold" in str(refused), refused
