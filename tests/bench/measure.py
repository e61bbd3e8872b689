"""Figures of one run: pairs of two sides measured in turns, memory of processes, and the table."""
import dataclasses
import os
import statistics
import subprocess
import threading
import time


class Missing(Exception):
    """Something that a row needs is not on this machine."""


@dataclasses.dataclass
class Row:
    what: str
    ours: str
    peer: str
    result: str  # what is compared with `target`
    target: str
    met: bool
    memory: str = ""

    def markdown(self):
        met = "yes" if self.met else "**no**"
        return (f"| {self.what} | {self.ours} | {self.peer} | {self.result} | {self.target} "
                f"| {met} | {self.memory} |")


HEAD = """| what | Banyan | peer | result | at least | met | peak RSS |
|---|---|---|---|---|---|---|"""


def say(text):
    """Progress, on standard error: standard output is the table."""
    print(time.strftime("%H:%M:%S"), text, file=os.sys.stderr, flush=True)


@dataclasses.dataclass
class Pairs:
    """Rates of both sides, each pair measured right after one another in alternating order."""
    ours: list
    peer: list

    def ratios(self):
        return sorted(a / b for a, b in zip(self.ours, self.peer))

    def median(self):
        return statistics.median(self.ratios())

    def lower_quartile(self):
        ratios = self.ratios()
        return ratios[(len(ratios) - 1) // 4]

    def row(self, what, unit, least, quartile=0.0, memory=""):
        met = self.median() >= least and self.lower_quartile() >= quartile
        target = f"{least:g} ×" + (f", lower quartile {quartile:g}" if quartile else "")
        return Row(what, f"{statistics.median(self.ours):.2f} {unit}",
                   f"{statistics.median(self.peer):.2f} {unit}",
                   f"{self.median():.2f} × (lower quartile {self.lower_quartile():.2f}, "
                   f"{len(self.ours)} pairs)", target, met, memory)


def in_pairs(name, count, ours, peer):
    """Calls `ours` and `peer`, which return a rate, `count` times each."""
    pairs = Pairs([], [])
    for turn in range(count):
        sides = [(pairs.ours, ours), (pairs.peer, peer)]
        for rates, measure in sides if turn % 2 == 0 else reversed(sides):
            rates.append(measure())
        say(f"{name}: {pairs.ours[-1]:.3f} to {pairs.peer[-1]:.3f}, "
            f"ratio {pairs.ours[-1] / pairs.peer[-1]:.2f}")
    return pairs


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def children_of(pid):
    """Of all its threads."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/children") as f:
            found += [int(child) for child in f.read().split()]
    return found


def peak_mib(pid):
    """Highest resident memory of a process and its children, in MiB."""
    total = 0
    for one in [pid] + children_of(pid):
        with open(f"/proc/{one}/status") as f:
            total += next(int(line.split()[1]) for line in f if line.startswith("VmHWM"))
    return total / 1024


def forget_peak(pid):
    for one in [pid] + children_of(pid):
        with open(f"/proc/{one}/clear_refs", "w") as f:
            f.write("5")


class TreeMemory:
    """Highest resident memory of a process together with all that it started, those that have
    ended by now too, looked at again and again while the `with` block runs."""
    INTERVAL_S = 0.02

    def __init__(self, pid):
        self.pid, self.peak_mib = pid, 0.0
        self.program = os.readlink(f"/proc/{pid}/exe")
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def watch(self):
        while not self.ended.wait(self.INTERVAL_S):
            kib = resident_kib(self.pid) + sum(map(self.started_kib, children_of(self.pid)))
            self.peak_mib = max(self.peak_mib, kib / 1024)

    def started_kib(self, pid):
        """A child that does not run a program of its own yet shares the memory of its parent."""
        try:
            if os.readlink(f"/proc/{pid}/exe") == self.program:
                return 0
            return resident_kib(pid) + sum(map(self.started_kib, children_of(pid)))
        except (FileNotFoundError, ProcessLookupError):
            return 0  # it has just ended


def resident_kib(pid):
    with open(f"/proc/{pid}/status") as f:
        return next((int(line.split()[1]) for line in f if line.startswith("VmRSS")), 0)


def rate_of(command, size_bytes, **options):
    """GB/s of a command that handles so many bytes; its failure ends the run."""
    started = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, **options)
    elapsed = time.monotonic() - started
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip()[-500:]}")
    return size_bytes / elapsed / 1e9


def tree_bytes(directory):
    return sum(os.path.getsize(os.path.join(place, name))
               for place, _, names in os.walk(directory) for name in names)
