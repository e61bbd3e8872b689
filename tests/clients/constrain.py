#!/usr/bin/env python3
"""Writes anew which packages the environments of Python get at most: constrain.py PIP

    tests/clients/constrain.py build-test/tests/clients/pip/bin/pip

Asks the registry what each version in pins.toml would bring along today, and puts the newest of
each package into constraints.txt. Under these bounds an environment gets the same ones later on.
"""
import json
import os
import subprocess
import sys
import tomllib

from column import HERE, PACKAGES, chosen
from environments import CONSTRAINTS, PIP

HEAD = "# Written by constrain.py: what clients bring along, none newer than on the day it ran.\n"


def brought_along(pip, pins):
    """Versions by package."""
    done = subprocess.run([pip, *PIP[:1], "--dry-run", "--ignore-installed", "--report=-",
                           *PIP[1:], *pins], capture_output=True, text=True, check=True)
    packages = (item["metadata"] for item in json.loads(done.stdout)["install"])
    return {package["name"].lower().replace("_", "-"): package["version"] for package in packages}


def number(version):
    return [int(part) if part.isdigit() else 0 for part in version.split(".")]


def main():
    os.environ["BANYAN_LONG"] = "1"
    newest = {}
    for client, pins in tomllib.loads((HERE / "pins.toml").read_text()).items():
        for column in chosen(client, pins):
            if client in PACKAGES or column.unmet() or not column.pins():
                continue
            for name, version in brought_along(sys.argv[1], column.pins()).items():
                newest[name] = max(newest.get(name, "0"), version, key=number)
    lines = [f"{name}<={version}\n" for name, version in sorted(newest.items())]
    CONSTRAINTS.write_text(HEAD + "".join(lines))


main()
