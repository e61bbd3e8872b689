"""Runs the rows that are named, or all, and prints their table: see `run`."""
import argparse
import importlib
import os
import shutil
import sys
import tempfile
import traceback

from measure import HEAD, Missing, say

# Name, module, what it measures.
ROWS = [
    ("download", "row_download", "one file over HTTP and TLS, 1 and 8 clients, to nginx"),
    ("planes", "row_planes", "one bf16 file, stored as byte planes, to nginx"),
    ("upload", "row_upload", "one file by PUT, to openssl's SHA-256 and the disk's own rate"),
    ("weights", "row_weights", "weights at rest, made up and real, and one core's rates"),
    ("delta", "row_delta", "bytes that push and pull send for a changed file"),
    ("at_rest", "row_at_rest", "revisions of real models at rest, to borg and casync"),
    ("slow", "row_slow_clients", "an API request beside 1,000 slow downloads"),
    ("json", "row_json", "a repository's information, requests a second, to nginx"),
    ("catalog", "row_catalog", "10,000 repositories and 1,000,000 files: start, list, search"),
    ("git_clone", "row_git_clone", "5,000 commits and 20,000 files, to git http-backend in nginx"),
    ("index", "row_index", "ingest with a large dedup index, to an empty one"),
    ("mirror", "row_mirror", "a model, bf16, small files, a change; to curl, rsync, Syncthing"),
    ("bad_link", "row_bad_link", "2 Mbit/s, 300 ms, 2 % loss, an outage, to aria2c and rsync"),
    ("swarm", "row_swarm", "one model from eight capped peers, one slow, one damaging"),
    ("crowd", "row_crowd", "one new model to sixteen nodes at once, copies from its origin"),
    ("catch_up", "row_catch_up", "a log of 100,000 cards, to gzip"),
    ("idle", "row_idle", "rounds without news, with 10 and with 10,000 repositories"),
    ("kill_sync", "row_kill_sync", "kill -9 during sync: fetched again, and until it serves"),
    ("takedown", "row_takedown", "rounds until mirrors refuse what was taken down"),
    ("hostile", "row_hostile", "an API request beside drips and a flood"),
    ("xet_download", "row_xet_download", "one file by hf over Xet, to hf without Xet at nginx"),
    ("xet_upload", "row_xet_upload", "one file by hf over Xet, to a plain PUT; and a change of it"),
    ("snapshot_small", "row_snapshot_small", "2,000 small files by hf, to the same at nginx"),
    ("big_file", "row_big_file", "memory of both sides for one very large file"),
]


def parse():
    parser = argparse.ArgumentParser(
        prog="tests/bench/run", formatter_class=argparse.RawDescriptionHelpFormatter,
        description="Measures Banyan against its peers and prints one Markdown table.",
        epilog="rows:\n" + "\n".join(f"  {name:14} {about}" for name, _, about in ROWS))
    parser.add_argument("rows", nargs="*", metavar="row", help="which; all if none is named")
    parser.add_argument("--build", help="directory of a finished build; else one is made")
    parser.add_argument("--pairs", type=int, default=15, help="measured pairs (default 15)")
    parser.add_argument("--mib", type=int, default=1024, help="size of files (default 1024)")
    parser.add_argument("--huge", action="store_true",
                        help="index with 100,000,000 chunks, file of 50 GiB (needs 55 GB free)")
    parser.add_argument("--dir", default=None,
                        help="where temporary data goes, on a disk (default: beside the build)")
    parser.add_argument("--list", action="store_true", help="print the names of the rows")
    options = parser.parse_args()
    known = [name for name, _, _ in ROWS]
    unknown = [row for row in options.rows if row not in known]
    if unknown:
        parser.error(f"no row is called {unknown[0]}; there are {', '.join(known)}")
    if options.list:
        print("\n".join(known))
        sys.exit(0)
    if not options.build:
        parser.error("--build is missing")
    options.build = os.path.abspath(options.build)
    return options


def measure(name, module, options):
    """Whether the row could be measured at all."""
    place = tempfile.mkdtemp(prefix="bench-", dir=options.dir or options.build)
    try:
        for row in importlib.import_module(module).measure(options, place):
            print(row.markdown(), flush=True)
        return True
    except Missing as missing:
        print(f"| {name} | not measured: {missing} is missing here | | | | | |", flush=True)
    except Exception as error:  # the other rows are still wanted
        traceback.print_exc()
        print(f"| {name} | failed: {' '.join(str(error).split())} | | | | | |", flush=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return False


def main():
    options = parse()
    load, processors = os.getloadavg()[0], os.cpu_count()
    say(f"{processors} processors, load {load:.1f} before the start")
    print(HEAD, flush=True)
    done = True
    for name, module, about in ROWS:
        if options.rows and name not in options.rows:
            continue
        say(f"{name}: {about}")
        done &= measure(name, module, options)
    print(f"\n{processors} processors; load before the start {load:.1f}, at the end "
          f"{os.getloadavg()[0]:.1f}; files of {options.mib} MiB, {options.pairs} pairs")
    sys.exit(0 if done else 1)


main()
