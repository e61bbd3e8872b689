"""What users of datasets do: tables in three forms, whole and streamed, and what they push."""
import gzip
import json
import pathlib

import pyarrow
import pyarrow.parquet
from datasets import (Dataset, DatasetDict, get_dataset_config_names, get_dataset_split_names,
                      load_dataset, load_dataset_builder)
from datasets.exceptions import DatasetNotFoundError
from huggingface_hub import HfApi

import contents
from cells import COLUMN, check_equal, folder, main, operation, raises

api = HfApi()
CSV, JSON, PARQUET = (f"{contents.OWNER}/{form}-{COLUMN}" for form in ("csv", "json", "parquet"))
HIDDEN = "operator/hidden-data-" + COLUMN
PUSHED = "operator/pushed-" + COLUMN
ROWS = [{"id": number, "word": f"neno-{number}"} for number in range(100)]
CARD = """---
license: cc-by-4.0
configs:
- config_name: large
  data_files: [{split: train, path: "parquet/train-*"}, {split: test, path: "parquet/test-*"}]
- {config_name: small, data_files: [{split: train, path: "parquet/test-*"}]}
---
"""


def rows(dataset):
    return [dict(row) for row in dataset]


def load(name, config=None, **options):
    return load_dataset(name, config, **{"cache_dir": str(folder())} | options)


@operation
def files_uploaded():
    """One repository for each form. The card of the last says which file belongs where."""
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    places = {CSV: contents.put(folder(), {"data/train.csv": contents.table()["train.csv"]}),
              JSON: contents.put(folder(), {"train.jsonl.gz": gzip.compress(lines.encode())}),
              PARQUET: contents.put(folder(), {"README.md": CARD.encode(), "parquet/.keep": b""})}
    for name, part in {"train-0": ROWS[:40], "train-1": ROWS[40:], "test-0": ROWS[:5]}.items():
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(part),
                                    places[PARQUET] / "parquet" / (name + ".parquet"))
    for repository, place in places.items():
        api.create_repo(repository, repo_type="dataset")
        api.upload_folder(repo_id=repository, repo_type="dataset", folder_path=place)


@operation(mirrored=True)
def configs_and_splits():
    check_equal(get_dataset_config_names(PARQUET), ["large", "small"])
    check_equal(get_dataset_split_names(PARQUET, "large"), ["train", "test"])
    builder = load_dataset_builder(PARQUET, "small", cache_dir=str(folder()))
    check_equal(builder.config.name, "small")


@operation(mirrored=True)
def csv():
    check_equal(rows(load(CSV, split="train")), ROWS)
    check_equal(rows(load(contents.TABLE, split="train")), ROWS)


@operation(mirrored=True)
def json_lines():
    check_equal(rows(load(JSON, split="train")), ROWS)


@operation(mirrored=True)
def parquet():
    both = load(PARQUET, "large")
    check_equal((rows(both["train"]), rows(both["test"])), (ROWS, ROWS[:5]))


@operation
def by_file_names():
    files = {"train": "parquet/*-0.parquet"}
    check_equal(len(load(PARQUET, data_files=files, split="train")), 45)


@operation(mirrored=True)
def streamed():
    for repository, config in ((CSV, None), (JSON, None), (PARQUET, "large")):
        stream = load(repository, config, split="train", streaming=True)
        check_equal(rows(stream), ROWS, repository)
        check_equal(rows(stream.skip(50).take(2)), ROWS[50:52], repository)


@operation
def of_a_revision():
    api.create_tag(CSV, repo_type="dataset", tag="v1")
    check_equal(len(load(CSV, split="train", revision="v1")), 100)


@operation
def hub_paths():
    path = f"hf://datasets/{PARQUET}/parquet/train-0.parquet"
    check_equal(rows(load("parquet", data_files=path, split="train")), ROWS[:40])
    url = api.endpoint + f"/datasets/{CSV}/resolve/main/data/train.csv"
    check_equal(rows(load("csv", data_files=url, split="train")), ROWS)


@operation
def pushed():
    DatasetDict(train=Dataset.from_list(ROWS), test=Dataset.from_list(ROWS[:7])).push_to_hub(
        PUSHED, max_shard_size="1KB")
    loaded = load(PUSHED)
    check_equal((rows(loaded["train"]), rows(loaded["test"])), (ROWS, ROWS[:7]))


@operation
def pushed_again():
    """Another configuration beside the first; the card lists both."""
    Dataset.from_list(ROWS[:3]).push_to_hub(PUSHED, "small", commit_message="small")
    check_equal(rows(load(PUSHED, "small", split="train")), ROWS[:3])
    check_equal(set(get_dataset_config_names(PUSHED)), {"default", "small"})
    check_equal(len(load(PUSHED, "default", split="test")), 7)


@operation
def pushed_in_private():
    name = PUSHED + "-private"
    Dataset.from_list(ROWS[:3]).push_to_hub(name, private=True)
    assert api.dataset_info(name).private
    check_equal(len(load(name, split="train")), 3)
    api.create_repo(HIDDEN, repo_type="dataset", private=True)
    with raises(DatasetNotFoundError, HIDDEN):
        load(HIDDEN, token=False)


@operation
def errors():
    with raises(DatasetNotFoundError, "operator/none"):
        load("operator/none")
    try:
        load(CSV, revision="v9")
        raise AssertionError("a revision that is not there was loaded")
    except Exception as refused:  # versions have different classes
        assert "v9" in str(refused), refused


@operation
def kept_copy_is_used():
    cache = str(folder())
    load(CSV, split="train", cache_dir=cache)
    kept = list(pathlib.Path(cache).rglob("*.arrow"))
    load(CSV, split="train", cache_dir=cache)
    check_equal(list(pathlib.Path(cache).rglob("*.arrow")), kept)


main("datasets")
