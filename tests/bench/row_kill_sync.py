"""kill -9 of a node while it mirrors another, as tests/program/kill_sync.py does it: what is
fetched again, and how soon it serves.
"""
import contextlib
import os
import pathlib
import sys

from measure import Row

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.join(HERE, "..", "program"))
import kill_sync  # noqa: E402


class Measured(kill_sync.Test):
    def judge(self, cost, new, bound):
        pass  # the row says it


def measure(options, place):
    test = Measured(options.build + "/banyan", pathlib.Path(place))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            test.rounds()
    finally:
        for node in test.places:
            node.node.stop()
    there, again = (sum(figures) for figures in zip(*test.late))
    most = kill_sync.FLIGHT_BYTES + 2 * kill_sync.SLACK_BYTES  # of the kill, and of the end
    what = f"{test.kills} times kill -9 during sync"
    yield Row(f"{what}: fetched again of what had come, when it was most of a revision",
              f"{again / 1e6:.1f} of {there / 1e6:.1f} MB", "",
              f"{test.worst_bytes / 1e6:.2f} MB a kill at most",
              f"what was in flight: at most {most / 1e6:.1f} MB", test.worst_bytes <= most)
    slowest = max(test.serving, default=0)
    yield Row("the same: until it serves again, the slowest",
              f"{slowest:.2f} s" if test.serving else "not known", "",
              f"{len(test.serving)} starts, {test.busy} on a machine with too much to do",
              f"at most {kill_sync.SERVING_SECONDS} s",
              0 < slowest <= kill_sync.SERVING_SECONDS)
