"""An API request of an honest client beside drips and a flood (rows 11 and 13 of the attacks)."""
import os
import subprocess
import sys

import row_json
from federation_nodes import Origin
from measure import Row, percentile, say
from row_catch_up import log_size, wait_for
from row_slow_clients import latencies

DRIPS, PER_SECOND, SECONDS = 500, 200, 20


def beside(node, id_, path, drips, per_second):
    command = [sys.executable, os.path.join(os.path.dirname(__file__), "hostile_clients.py"),
               str(node.port), id_, str(SECONDS + 5), str(drips), str(per_second)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as clients:
        if clients.stdout.readline() != "open\n":
            raise RuntimeError("the hostile clients did not start")
        took = latencies(node, path, SECONDS)
        clients.terminate()
    return took


def measure(options, place):
    with Origin(options.build, place + "/node") as node:
        wait_for(lambda: log_size(node) > 0)
    subprocess.run([options.build + "/tests/bench/bench_log", place + "/node/data/catalog.db",
                    "1000"], check=True)
    with Origin(options.build, place + "/node", "--log-access", "false") as node:
        wait_for(lambda: log_size(node) > 1000)
        path, id_ = row_json.push_model(node, place), node.node_id()
        alone = percentile(latencies(node, path, SECONDS), 0.99)
        took = beside(node, id_, path, DRIPS, PER_SECOND)
    loaded = percentile(took, 0.99)
    say(f"hostile: p50 {percentile(took, 0.5):.2f} ms, p99 {loaded:.2f}, alone {alone:.2f}")
    yield Row(f"API request beside {DRIPS} drips and a flood of {PER_SECOND} requests a second",
              f"p99 {loaded:.1f} ms", f"alone p99 {alone:.1f} ms", f"{loaded / alone:.2f} ×",
              "less than 2 ×", loaded < 2 * alone)
