"""What users of ModelScope's command line and SDK download, of both its generations: until 1.37 the
SDK asks by itself, since then it leaves that to modelscope_hub."""
import os
import pathlib
import subprocess
import sys

import contents
from cells import WORK, check_equal, folder, main, operation, version_of

ENDPOINT, TOKEN = os.environ["HF_ENDPOINT"], os.environ["HF_TOKEN"]
os.environ |= {"MODELSCOPE_ENDPOINT": ENDPOINT, "MODELSCOPE_CACHE": str(WORK / "cache"),
               "MODELSCOPE_CREDENTIALS_PATH": str(WORK / "credentials")}
IS_OLD = version_of("modelscope") < (1, 38)


def download(*arguments):
    """By the command line, into a new folder."""
    place = folder()
    command = [pathlib.Path(sys.executable).parent / "modelscope", "download", *arguments,
               "--local_dir", place]
    done = subprocess.run([*map(str, command), *(["--endpoint", ENDPOINT] if IS_OLD else [])],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]
    return place


def check_files(place, files):
    for path, content in files.items():
        check_equal((place / path).read_bytes(), content, path)


@operation
def download_a_model():
    check_files(download("--model", contents.READS), contents.last_commit())


@operation
def download_a_revision():
    check_files(download("--model", contents.READS, "--revision", "v1"), contents.first_commit())


@operation
def download_one_file():
    place = download("--model", contents.READS, "config.json")
    check_files(place, {"config.json": contents.last_commit()["config.json"]})
    assert not (place / "README.md").exists()


@operation
def download_by_pattern():
    place = download("--model", contents.READS, "--include", "*.safetensors")
    check_files(place, {"model.safetensors": contents.last_commit()["model.safetensors"]})
    assert not (place / "config.json").exists()


@operation(mirrored=True)
def download_a_dataset():
    check_files(download("--dataset", contents.TABLE), contents.table())


@operation
def download_many_files():
    check_files(download("--model", contents.MANY), contents.many())


@operation(mirrored=True)
def snapshot_download():
    from modelscope import snapshot_download as snapshot
    where = {"endpoint": ENDPOINT} if IS_OLD else {}  # which else asks over TLS only
    check_files(pathlib.Path(snapshot(contents.SHARDED, **where)), contents.sharded())


@operation
def a_private_model():
    from modelscope import snapshot_download as snapshot
    from modelscope.hub.api import HubApi
    if IS_OLD:
        HubApi(endpoint=ENDPOINT).login(TOKEN, endpoint=ENDPOINT)
        place = snapshot(contents.PRIVATE, endpoint=ENDPOINT)
    else:
        place = snapshot(contents.PRIVATE, token=TOKEN)
    check_files(pathlib.Path(place), {"secret.txt": b"secret"})


@operation
def a_model_that_is_not_there():
    try:
        download("--model", "operator/none")
    except AssertionError as refused:
        assert "not found" in str(refused).lower() or "not exist" in str(refused).lower(), refused
        return
    raise AssertionError("it was downloaded")


main("modelscope")
