#!/usr/bin/env python3
"""Prints what every client did, one table each: table.py PLACE

PLACE holds the results that matrix.py leaves, one JSON line for each cell.
"""
import json
import pathlib
import sys

SIGNS = {"ok": "ok", "failed": "FAILED", "absent": "-"}
LEGEND = "- this version, or this machine, does not have it"


def grid(client, cells):
    """Rows are operations, columns are versions."""
    columns = list(dict.fromkeys(cell["column"] for cell in cells))
    rows = {}
    for cell in cells:
        rows.setdefault(cell["operation"], {})[cell["column"]] = SIGNS[cell["result"]]
    first = max(len(name) for name in [client, *rows])
    widths = [max(len(column), 6) for column in columns]
    yield client.ljust(first) + "".join(
        "  " + column.ljust(width) for column, width in zip(columns, widths))
    for operation, seen in rows.items():
        yield operation.ljust(first) + "".join(
            "  " + seen.get(column, "").ljust(width) for column, width in zip(columns, widths))


def render(client, cells):
    """What ran as a grid, and below it what did not, and why."""
    ran = [cell for cell in cells if cell["result"] != "skipped"]
    lines = list(grid(client, ran)) if ran else []
    lines += [f"{client} {cell['column']}".rstrip() + f": skipped: {cell['detail']}"
              for cell in cells if cell["result"] == "skipped"]
    return "\n".join(line.rstrip() for line in lines)


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def main():
    tables = [render(path.stem, cells) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.jsonl"))
              if (cells := read(path))]
    if tables:
        print("\n\n".join(["Unmodified clients", *tables, LEGEND]))


if __name__ == "__main__":
    main()
