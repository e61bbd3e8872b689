"""Columns of the tables: which versions of a client run, and where each of them is installed."""
import dataclasses
import os
import pathlib
import platform
import sys

import environments

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = {"javascript": "@huggingface/hub"}  # those of npm


def numbers(version):
    return tuple(map(int, version.split(".")))


@dataclasses.dataclass
class Column:
    """A client's version with one hf_xet or none."""
    client: str
    pin: dict
    xet: str

    @property
    def name(self):
        """As the table has it."""
        return self.pin["version"] + {"": "", "none": " no xet"}.get(self.xet, " xet " + self.xet)

    @property
    def slug(self):
        """As part of a repository's name."""
        return self.name.replace(" ", "-")

    def has_xet(self, environment):
        """The client on Node.js always has it."""
        return self.client in PACKAGES or any(environment.parent.parent.glob("lib*/*/*/hf_xet"))

    def unmet(self):
        """What it needs that is not here."""
        below, needed, machine = map(self.pin.get, ("python_below", "go", "machine"))
        if below and numbers(below) <= sys.version_info[:2]:
            return f"needs a Python before {below}"
        if needed and numbers(needed) > environments.go_version():
            return f"needs Go {needed} or newer"
        if machine and machine != platform.machine():
            return f"is made for {machine} only"
        return ""

    def pins(self):
        """Of the packages of Python or npm that it is made of."""
        if self.pin["version"] == "installed" or "module" in self.pin:
            return [*self.pin.get("with", [])]
        package, sign = self.pin.get("package", self.client), "=="
        if self.client in PACKAGES:
            package, sign = PACKAGES[self.client], "@"
        has_xet = self.xet not in ("", "none")
        return [f"{package}{sign}{self.pin['version']}", *self.pin.get("with", []),
                *["hf_xet==" + self.xet] * has_xet]

    def environment(self, place):
        name = f"{self.client}-{self.slug}"
        if self.client in PACKAGES:
            return environments.node(place, name, self.pins())
        if "module" in self.pin:
            module = f"{self.pin['module']}@v{self.pin['version']}"
            return environments.go(place, name, module, self.pins(), self.pin.get("headers"))
        return environments.python(place, name, self.pins(),
                                   without=["hf_xet"] if self.xet == "none" else ())


def chosen(client, pins, slugs=()):
    """The columns of this run: those that are named; else all in a long one, and in a quick one
    those of the versions that always run, with the newest hf_xet only."""
    is_long = bool(slugs or os.environ.get("BANYAN_LONG"))
    columns = []
    for pin in pins["versions"]:
        if is_long or pin.get("always"):
            xets = pin.get("xet", [""])
            columns += [Column(client, pin, xet) for xet in (xets if is_long else xets[-1:])]
    return [column for column in columns if not slugs or column.slug in slugs]


def newest(client, pins):
    pin = pins["versions"][-1]
    return Column(client, pin, pin.get("xet", [""])[-1])
