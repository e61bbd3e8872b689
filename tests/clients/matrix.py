#!/usr/bin/env python3
"""An unmodified client, at several versions, against a node: matrix.py PROGRAM PLACE CLIENT

The versions are in pins.toml: those that always run, and all of them when BANYAN_LONG is set. Their
environments are made below PLACE and used again from there. The node is seeded with what everybody
reads (seed.py); then each column of the table, a version with or without hf_xet, runs the client's
scripts, two columns at a time, and the cells (cells.py) become the table that is printed, and the
lines of PLACE/results/CLIENT.jsonl. Fails when a cell does; skips itself, with a message, when the
client cannot be had.
"""
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "program"))
import environments  # noqa: E402
import gateway_cell  # noqa: E402
import table  # noqa: E402
from place import Place  # noqa: E402
from seed import running, seed  # noqa: E402

SKIPPED = 77
SCRIPT_SECONDS = 1500  # the command line starts thirty times, on a busy machine slowly
PARTS_FROM = 6_000_000  # bytes; larger uploads come in parts
NODE_MAJOR = 18  # what @huggingface/hub asks for
AT_ONCE = 2
PACKAGES = {"javascript": "@huggingface/hub"}


@dataclasses.dataclass
class Column:
    """A client's version with one hf_xet or none."""
    client: str
    pin: dict
    xet: str

    @property
    def xet_off(self):
        return bool(self.pin.get("switch_xet_off")) and self.xet != "none"

    @property
    def name(self):
        """As the table has it."""
        xet = {"": "", "none": " no xet"}.get(self.xet, " xet " + self.xet)
        return self.pin["version"] + xet + "*" * self.xet_off

    @property
    def slug(self):
        """As part of a repository's name."""
        return self.name.replace(" ", "-").replace("*", "")

    def environment(self, place):
        pins = [f"{self.client}=={self.pin['version']}", *self.pin.get("with", [])]
        if self.client in PACKAGES:
            pins[0] = f"{PACKAGES[self.client]}@{self.pin['version']}"
            return environments.node(place, f"{self.client}-{self.slug}", pins)
        has_xet = self.xet not in ("", "none")
        return environments.python(
            place, f"{self.client}-{self.slug}", [*pins, *["hf_xet==" + self.xet] * has_xet],
            without=["hf_xet"] if self.xet == "none" else ())


def chosen(client, pins):
    """The columns of this run. A quick one has the newest hf_xet only."""
    is_long = bool(os.environ.get("BANYAN_LONG"))
    columns = []
    for pin in pins["versions"]:
        below = pin.get("python_below", "4")
        if tuple(map(int, below.split("."))) <= sys.version_info[:2]:
            print(f"{client} {pin['version']} needs a Python before {below}")
        elif is_long or pin.get("always"):
            xets = pin.get("xet", [""])
            columns += [Column(client, pin, xet) for xet in (xets if is_long else xets[-1:])]
    return columns


def variables(column, place, home, guest, results):
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    (home / "work").mkdir(parents=True)
    return kept | {
        "HOME": str(home), "HF_HOME": str(home / "hf"), "HF_ENDPOINT": place.node.url,
        "HF_TOKEN": place.node.token, "NO_PROXY": "127.0.0.1", "PYTHONPATH": str(HERE),
        "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "PYTHONWARNINGS": "ignore",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1", "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1", "CELLS_RESULTS": str(results),
        "CELLS_COLUMN": column.slug, "CELLS_WORK": str(home / "work"), "CELLS_GUEST": guest,
        "CELLS_PARTS_FROM": str(PARTS_FROM), "CELLS_XET_OFF": "1" if column.xet_off else ""}


def command(environment, script):
    """What runs a script. Node.js finds packages from where the script is, not from elsewhere."""
    if script.endswith(".mjs"):
        for name in (script, "cells.mjs"):
            shutil.copy(HERE / name, environment / name)
        return ["node", environment / script]
    return [environment, HERE / script]


def run_script(column, environment, script, given):
    """Its cells."""
    results = pathlib.Path(given["CELLS_RESULTS"])
    results.unlink(missing_ok=True)
    # Reads and the command line decide for themselves; all others may upload.
    if column.xet_off and script not in ("huggingface_hub_reads.py",
                                         "huggingface_hub_command_line.py"):
        given = given | {"HF_HUB_DISABLE_XET": "1"}
    try:
        done = subprocess.run(command(environment, script), env=given, capture_output=True,
                              text=True, timeout=SCRIPT_SECONDS, stdin=subprocess.DEVNULL)
        broken = done.stderr[-2000:] if done.returncode != 0 else ""
    except subprocess.TimeoutExpired:
        broken = f"not done after {SCRIPT_SECONDS} s"
    cells = table.read(results) if results.exists() else []
    if broken:
        cells.append({"operation": script, "result": "failed", "detail": broken})
    return cells


def run_column(column, environment, place, guest, scripts, work):
    home = work / column.slug
    given = variables(column, place, home, guest, work / (column.slug + ".jsonl"))
    cells = []
    for script in scripts:
        cells += run_script(column, environment, script, given)
    shutil.rmtree(home, ignore_errors=True)
    return [{"client": column.client, "column": column.name} | cell for cell in cells]


def run_gateway(program, work, column, environment, place, guest, script):
    given = variables(column, place, work / "gateway-home", guest, work / "unused")
    failure = gateway_cell.run(program, work / "gateway", environment, HERE / script, given)
    return {"client": column.client, "column": column.name, "operation": "through a gateway",
            "result": "failed" if failure else "ok", "detail": failure}


def run(program, work, columns, made, pins):
    scripts = pins["scripts"]
    (work / "columns").mkdir()
    place = Place(program, work, "node", "--upload-multipart-from", str(PARTS_FROM),
                  "--access-registration", "true")
    with running(place), concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        guest = seed(place)
        runs = [pool.submit(run_column, column, made_one, place, guest, scripts, work / "columns")
                for column, made_one in zip(columns, made)]
        cells = [cell for one in runs for cell in one.result()]
        if "gateway" in pins:
            cells.append(run_gateway(program, work, columns[-1], made[-1], place, guest,
                                     pins["gateway"]))
        log = place.node.log.read_text(errors="replace")
        leaked = place.node.token in log or guest in log
        cells.append({"client": columns[0].client, "column": columns[0].name,
                      "operation": "no token in the node's log",
                      "result": "failed" if leaked else "ok", "detail": "a token is in the log"})
        return cells, place.node.last_lines()


def report(client, cells, place, last_lines):
    results = place / "results"
    results.mkdir(exist_ok=True)
    (results / (client + ".jsonl")).write_text("".join(json.dumps(c) + "\n" for c in cells))
    failed = [cell for cell in cells if cell["result"] == "failed"]
    for cell in failed:
        print(f"{cell['column']}: {cell['operation']}:\n{cell['detail']}")
    if failed:
        print("the node's last words:\n" + last_lines)
    print(table.render(client, cells))
    print(table.LEGEND)
    return 1 if failed else 0


def main():
    program, place, client = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    pins = tomllib.loads((HERE / "pins.toml").read_text())[client]
    if client in PACKAGES and environments.node_version() < NODE_MAJOR:
        print(f"skipped: {client} needs npm and Node.js {NODE_MAJOR} or newer")
        return SKIPPED
    place = place.resolve()
    place.mkdir(parents=True, exist_ok=True)
    columns = chosen(client, pins)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            made = list(pool.map(lambda column: column.environment(place), columns))
        except environments.Unreachable as reason:
            print(f"skipped: {client} cannot be had here\n{reason}")
            return SKIPPED
    work = pathlib.Path(tempfile.mkdtemp())
    try:
        cells, last_lines = run(program, work, columns, made, pins)
        return report(client, cells, place, last_lines)
    finally:
        shutil.rmtree(work, ignore_errors=True)


sys.exit(main())
