"""A takedown on A, at B, which mirrors A, and at C, which mirrors B and never sees A: how many rounds
of contact each needs until it refuses the bytes."""
import os
import time
import urllib.error
import urllib.request

from federation_nodes import Mirror, Origin
from measure import Row
from servers import LOCAL

FILE = "/operator/model/resolve/main/weights.bin"
SECONDS = 120


def is_served(node):
    try:
        with LOCAL.open(urllib.request.Request(node.url + FILE, method="HEAD")):
            return True
    except urllib.error.HTTPError as refused:
        if refused.code == 451:
            return False
        raise


def await_entry(origin, text):
    started = time.monotonic()
    while text not in origin.entries():
        if time.monotonic() - started > SECONDS:
            raise RuntimeError("the log does not say so")
        time.sleep(0.1)


def rounds_until_refused(node):
    for count in range(10):
        if not is_served(node):
            return count
        node.sync()
    raise RuntimeError("it is still served after ten rounds")


def measure(options, place):
    folder = place + "/model"
    os.makedirs(folder)
    with open(folder + "/weights.bin", "wb") as f:
        f.write(os.urandom(100_000))
    with Origin(options.build, place + "/a") as a, Mirror(options.build, place + "/b") as b, \
            Mirror(options.build, place + "/c") as c:
        a.publish(folder, "operator/model")
        b.follow(a)
        b.sync()
        c.follow(a, b.url)
        c.sync()
        if not (is_served(b) and is_served(c)):
            raise RuntimeError("it is not served before")
        a.banyan("takedown", "operator/model", "--reason", "court")
        await_entry(a, b'"status":"removed"')
        rounds = [rounds_until_refused(b), rounds_until_refused(c)]
    yield Row("takedown: rounds of contact until a mirror, and a mirror of that, refuse the bytes",
              " and ".join(map(str, rounds)), "", "0 where a hint was faster", "at most 1",
              max(rounds) <= 1)
