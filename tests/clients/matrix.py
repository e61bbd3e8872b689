#!/usr/bin/env python3
"""An unmodified client, at several versions: matrix.py PROGRAM PLACE CLIENT [COLUMN...]

The versions are in pins.toml: those that always run, and all of them when BANYAN_LONG is set, or
those whose columns are named ("2.4.0-xet-1.8.0"). Their environments are made below PLACE and used
again from there. Each column of the table, a version with or without hf_xet, has a node of its own
with what everybody reads (seed.py), and runs the client's scripts, two columns at a time. The cells
(cells.py) become the table that is printed, and the lines of PLACE/results/CLIENT.jsonl. Fails when
a cell does; skips itself, with a message, when the client cannot be had.
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
PROGRAMS = HERE.parent / "program"
sys.path.insert(0, str(PROGRAMS))
import environments  # noqa: E402
import gateway_cell  # noqa: E402
import mirror  # noqa: E402
import node_watch  # noqa: E402
import table  # noqa: E402
from column import Column, chosen, newest  # noqa: E402
from place import Place  # noqa: E402
from seed import running, seed  # noqa: E402

SKIPPED = 77
SCRIPT_SECONDS = 1500  # the command line starts thirty times, on a busy machine slowly
PARTS_FROM, PART = 6_000_000, 5 << 20  # bytes; larger uploads come in parts
AT_ONCE = 2
KEPT = ("PATH", "LANG", "TMPDIR", "BANYAN_LONG")
MODULES = ("cells.mjs", "node_watch.mjs")  # what scripts of Node.js import


def variables(column, place, home, guest):
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    (home / "work").mkdir()
    return kept | {
        "HOME": str(home), "HF_HOME": str(home / "hf"), "HF_XET_CACHE": str(home / "xet"),
        "HF_XET_CHUNK_CACHE_SIZE_BYTES": "0",  # as it is for all but the oldest
        "HF_ENDPOINT": place.node.url, "HF_TOKEN": place.node.token, "NO_PROXY": "127.0.0.1",
        "PYTHONPATH": f"{HERE}:{PROGRAMS}", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1",
        "PYTHONWARNINGS": "ignore", "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1", "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "CELLS_RESULTS": str(home / "cells.jsonl"), "CELLS_COLUMN": column.slug,
        "CELLS_WORK": str(home / "work"), "CELLS_GUEST": guest,
        "CELLS_NODE_LOG": str(place.node.log), "CELLS_PROGRAM": place.node.program,
        "CELLS_OWNER": "operator", "CELLS_PARTS_FROM": str(PARTS_FROM)}


def command(environment, script):
    """What runs a script. Node.js finds packages from where the script is, not from elsewhere."""
    if script.endswith(".mjs"):
        for name in (script, *MODULES):
            shutil.copy(HERE / name, environment / name)
        return [environment / "node", environment / script]
    return [environment, HERE / script]


def run_script(environment, script, given):
    """Its cells."""
    results = pathlib.Path(given["CELLS_RESULTS"])
    results.unlink(missing_ok=True)
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


def cell(operation, failure):
    return {"operation": operation, "result": "failed" if failure else "ok", "detail": failure}


def token_cell(place, *tokens):
    log = place.node.log.read_text(errors="replace")
    is_told = any(token in log for token in (place.node.token, *tokens))
    return cell(f"no token in the {place.name}'s log", "a token is in the log" if is_told else "")


def xet_cell(place, has_xet):
    """What the node's log says in the end."""
    seen = node_watch.requests(place.node.log.read_text(errors="replace"))
    used = {kind for kind in ("fetch", "xorb", "shard") if seen[kind]}
    return cell("xet is used where it is there",
                "" if len(used) == 3 * has_xet else f"{seen}, and there is one: {has_xet}")


@dataclasses.dataclass
class Run:
    """Columns of one client."""
    program: str
    work: pathlib.Path
    pins: dict
    newest: Column  # which alone runs the gateway's script
    last: Column  # the newest of those that run; it alone reads from a mirror, too

    def mirror_cells(self, column, environment, place, home, given):
        """Of what is read from a node that follows the column's."""
        pins = self.pins["mirror"]
        follows = [path.format(column=column.slug) for path in pins["follows"]]
        try:
            with mirror.following(self.program, home, place, follows) as (its_mirror, owner):
                there = mirror.variables(given, its_mirror, owner)
                return [one for script in pins["scripts"]
                        for one in run_script(environment, script, there)] + [
                            token_cell(its_mirror, place.node.token)]
        except AssertionError as reason:
            return [cell("a mirror follows", str(reason))]

    def cells(self, column, environment, others, place, home):
        guest = seed(place)
        given = variables(column, place, home, guest) | others
        cells = [one for script in self.pins["scripts"]
                 for one in run_script(environment, script, given)]
        if "mirror" in self.pins and column == self.last:
            cells += self.mirror_cells(column, environment, place, home, given)
        if "gateway" in self.pins and column == self.newest:
            cells.append(cell("through a gateway", gateway_cell.run(
                self.program, home / "gateway", environment, HERE / self.pins["gateway"], given)))
        return [*cells, token_cell(place, guest), xet_cell(place, column.has_xet(environment))]

    def column(self, column, environment, others):
        """Its cells, and the node's last words. `others`: variables that say where other clients
        are that this one's files are exchanged with."""
        home = self.work / column.slug
        home.mkdir()
        place = Place(self.program, home, "node", "--upload-multipart-from", str(PARTS_FROM),
                      "--upload-part", str(PART), "--access-registration", "true")
        with running(place):
            cells = self.cells(column, environment, others, place, home)
        words = place.node.last_lines()
        shutil.rmtree(home, ignore_errors=True)
        return [{"client": column.client, "column": column.name} | one for one in cells], words


def report(client, cells, words, place):
    """Prints and keeps the table; the exit code. `words`: each column's node's last ones."""
    results = place / "results"
    results.mkdir(exist_ok=True)
    (results / (client + ".jsonl")).write_text("".join(json.dumps(c) + "\n" for c in cells))
    failed = [one for one in cells if one["result"] == "failed"]
    for one in failed:
        print(f"{one['column']}: {one['operation']}:\n{one['detail']}")
    for column in dict.fromkeys(one["column"] for one in failed):
        print(f"the last words of the node of {column}:\n{words[column]}")
    print(table.render(client, cells))
    print(table.LEGEND)
    if all(one["result"] == "skipped" for one in cells):
        return SKIPPED
    return 1 if failed else 0


def beside(pins, client, place):
    """Where the command line is of the other client that a client's scripts exchange files with."""
    other = pins[client].get("beside")
    if not other:
        return {}
    environment = newest(other, pins[other]).environment(place)
    return {"CELLS_HF": str(environment.parent / "hf")}


def environment(column, pins, place):
    """Where it is and where the client beside it is; and why these cannot be had, if so."""
    lacking = [name for name in pins[column.client].get("programs", ()) if not shutil.which(name)]
    reason = "needs " + ", ".join(lacking) if lacking else column.unmet()
    if reason:
        return None, {}, reason
    try:
        return column.environment(place), beside(pins, column.client, place), ""
    except environments.Unreachable as error:
        return None, {}, f"cannot be had here: {str(error).strip()}"


def skip(client, column, reason):
    return {"client": client, "column": column, "operation": "", "result": "skipped",
            "detail": reason}


def run_columns(columns, program, pins, place):
    """Cells, and the last words of nodes by column."""
    client = columns[0].client
    work = pathlib.Path(tempfile.mkdtemp())
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            made = list(pool.map(lambda column: environment(column, pins, place), columns))
            had = [(column, its, others)
                   for column, (its, others, _) in zip(columns, made) if its]
            skipped = [skip(client, column.name, reason)
                       for column, (its, _, reason) in zip(columns, made) if not its]
            if not had:
                return skipped, {}
            run = Run(program, work, pins[client], newest(client, pins[client]), had[-1][0])
            done = list(pool.map(run.column, *zip(*had)))
            return ([one for cells, _ in done for one in cells] + skipped,
                    {column.name: words for (column, _, _), (_, words) in zip(had, done)})
        finally:
            shutil.rmtree(work, ignore_errors=True)


def main():
    program, place, client = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    pins = tomllib.loads((HERE / "pins.toml").read_text())
    place = place.resolve()
    place.mkdir(parents=True, exist_ok=True)
    columns = chosen(client, pins[client], sys.argv[4:])
    if not columns:
        return report(client, [skip(client, "", "only in a long run")], {}, place)
    return report(client, *run_columns(columns, program, pins, place), place)


sys.exit(main())
