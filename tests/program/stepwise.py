"""Runs a test of several nodes: a class with `places`, and `run` that goes step by step."""
import os
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback

SEED = int(os.environ.get("BANYAN_SEED", 0)) or random.SystemRandom().randrange(1, 10**9)


def go(test, *steps):
    """Runs the steps, says how long each took, and notes in test.step which it is."""
    for step in steps:
        test.step = step.__name__
        begun = time.monotonic()
        step()
        print(f"{time.monotonic() - begun:5.1f} s  {test.step}", flush=True)


def main(make, seconds=0):
    """The exit code of make(program, directory).run(), which is told to end after so long, unless
    that is 0. With BANYAN_KEEP=1 the directory stays."""
    def give_up(*_):
        raise AssertionError(f"not done after {seconds} seconds, or told to end")

    print(f"seed {SEED}: repeat with BANYAN_SEED={SEED}", flush=True)
    signal.signal(signal.SIGTERM, give_up)
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    work = pathlib.Path(tempfile.mkdtemp())
    test = make(os.path.abspath(sys.argv[1]), work)
    try:
        test.run()
        return 0
    except Exception as error:
        traceback.print_exc(file=sys.stdout)
        print(f"FAILED in {getattr(test, 'step', 'begin')}: {error}")
        for place in test.places:
            print(f"--- the last lines of {place.name}'s log\n{place.node.last_lines()}")
        return 1
    finally:
        for place in test.places:
            place.node.stop()
        if not os.environ.get("BANYAN_KEEP"):
            shutil.rmtree(work, ignore_errors=True)
