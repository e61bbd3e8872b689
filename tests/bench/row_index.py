"""Ingest into a store whose dedup index holds many chunks, and into an empty one, in turns."""
import re
import subprocess

from measure import Pairs, Row, say


def measure(options, place):
    entries = 100_000_000 if options.huge else 10_000_000
    out = subprocess.run([options.build + "/tests/bench/bench_index", str(entries),
                          str(min(256, options.mib)), str(max(3, options.pairs // 3))],
                         capture_output=True, text=True, check=True,
                         env={"TMPDIR": place}).stdout
    say(out.replace("\n", "; "))
    pairs = Pairs([], [])
    for full, empty in re.findall(r"^pair ([\d.]+) ([\d.]+)$", out, re.MULTILINE):
        pairs.ours.append(float(full))
        pairs.peer.append(float(empty))
    highest = int(re.search(r"highest (\d+) MiB", out).group(1))
    what = f"dedup index with {entries:,} chunks"
    yield pairs.row(f"ingest, {what} (peer: an empty one)", "GB/s", 0.7)
    yield Row(what, f"{highest} MiB", "", "while it grew", "at most 1 GiB", highest <= 1024,
              f"{highest} MiB")
