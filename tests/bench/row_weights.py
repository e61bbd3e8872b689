"""bf16 weights at rest, and how fast one core encodes and decodes them."""
import re
import subprocess

from measure import Row


def measure(options, _):
    mebibytes = min(64, options.mib)
    out = subprocess.run([options.build + "/tests/bench/bench_content", str(mebibytes)],
                         capture_output=True, text=True, check=True).stdout
    found = re.search(r"^bf16 N\(0, 0\.02\)\s+([\d.]+) %\s+([\d.]+)\s+([\d.]+)", out, re.MULTILINE)
    share, encode, decode = (float(figure) for figure in found.groups())
    what = f"bf16 weights, normal(0, 0.02), {mebibytes} MiB"
    yield Row(what + ", at rest", f"{share:.1f} %", "", "of raw", "at most 68 %", share <= 68)
    yield Row(what + ", encode on one core", f"{encode:.2f} GB/s", "", "of processor time",
              "1 GB/s", encode >= 1)
    yield Row(what + ", decode on one core", f"{decode:.2f} GB/s", "", "of processor time",
              "2 GB/s", decode >= 2)
