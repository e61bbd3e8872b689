"""Weights at rest, and how fast one core encodes and decodes them: bf16 made up, and real ones.

Few packages have real weights of 16 bits: silero-vad was published in F16 as well, and the
recogniser of rapidocr-onnxruntime is converted to BF16 and F16 as trainers do (model_set.py).
"""
import re
import subprocess

import model_set
from measure import Missing, Row


def figures(options, name, *arguments):
    """Share of raw in percent, GB/s in and out of what bench_content calls so."""
    out = subprocess.run([options.build + "/tests/bench/bench_content", *arguments],
                         capture_output=True, text=True, check=True).stdout
    found = re.search(rf"^{re.escape(name)}\s+([\d.]+) %\s+([\d.]+)\s+([\d.]+)", out,
                      re.MULTILINE)
    return tuple(float(figure) for figure in found.groups())


def rates(what, encode, decode):
    yield Row(what + ", encode on one core", f"{encode:.2f} GB/s", "", "of processor time",
              "1 GB/s", encode >= 1)
    yield Row(what + ", decode on one core", f"{decode:.2f} GB/s", "", "of processor time",
              "2 GB/s", decode >= 2)


def measure(options, place):
    mebibytes = min(64, options.mib)
    share, encode, decode = figures(options, "bf16 N(0, 0.02)", str(mebibytes))
    what = f"bf16 weights, normal(0, 0.02), {mebibytes} MiB"
    yield Row(what + ", at rest", f"{share:.1f} %", "", "of raw", "at most 68 %", share <= 68)
    yield from rates(what, encode, decode)
    try:
        files = list(model_set.half_precision(place))
    except subprocess.CalledProcessError as error:
        raise Missing(f"real weights ({error.stderr.strip()[-200:]})") from error
    for name, dtype, path, size_bytes in files:
        share, encode, decode = figures(options, path, "8", path)
        what = f"real {dtype} weights, {name}, {size_bytes / 1e6:.1f} MB"
        most = 68 if dtype == "BF16" else 100  # of F16 more bits are noise
        yield Row(what + ", at rest", f"{share:.1f} %", "", "of raw", f"at most {most} %",
                  share <= most)
        if dtype == "BF16":
            yield from rates(what, encode, decode)
