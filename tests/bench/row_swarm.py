"""One model from eight peers, each behind a line of 20 Mbit/s: one of them slow, one that damages
what it sends.

The peers are relays to one node, so that each has a line of its own on one machine.
"""
import os
import random
import sys

import row_download
from federation_nodes import Mirror, Origin
from measure import Row, say

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "program"))
from banyan_program import Relay  # noqa: E402

CAP_BYTES = 20e6 / 8
SLOW_BYTES = CAP_BYTES / 10
SEEDERS = 8
MIB = 256


class DamagingRelay(Relay):
    """Flips a bit in the middle of large blocks, so that heads of answers stay whole."""

    def changed(self, block, is_up):
        if is_up or len(block) < 20_000 or random.random() < 0.5:
            return block
        block = bytearray(block)
        block[len(block) // 2] ^= 1
        return bytes(block)


def once(options, place, origin, size):
    """Share of the honest lines that was used, and of the bytes that came twice."""
    relays = [Relay(origin.port) for _ in range(SEEDERS - 1)] + [DamagingRelay(origin.port)]
    with Mirror(options.build, place + "/mirror") as node:
        node.follow(origin, *(relay.url for relay in relays))
        for i, relay in enumerate(relays):
            relay.rate_bytes = SLOW_BYTES if i == 0 else CAP_BYTES
        seconds = node.sync()
    honest = relays[:-1]
    sent = sum(relay.down_bytes for relay in honest)
    caps = sum(relay.rate_bytes for relay in honest)
    say(f"swarm: {seconds:.1f} s; MB sent by each: " +
        " ".join(f"{relay.down_bytes / 1e6:.1f}" for relay in relays))
    os.system(f"rm -r '{place}/mirror'")
    return size / seconds / caps, (sent - size) / size


def measure(options, place):
    size = MIB << 20
    folder = place + "/model"
    os.makedirs(folder)
    row_download.make_file(options, "noise", folder + "/model.bin", 21, MIB)
    with Origin(options.build, place + "/origin") as origin:
        origin.publish(folder, "operator/swarm")
        runs = [once(options, place, origin, size) for _ in range(3)]
    used = sorted(share for share, _ in runs)[1]
    twice = max(share for _, share in runs)
    yield Row(f"{MIB} MiB from 8 peers of 20 Mbit/s, one at a tenth, one damaging: of the honest "
              "lines", f"{100 * used:.1f} %", "", f"{used:.2f}", "0.9", used >= 0.9)
    yield Row("the same: bytes from honest peers beyond the model's", f"{100 * twice:.2f} %", "",
              f"{100 * twice:.2f} %", "less than 2 %", twice < 0.02)
