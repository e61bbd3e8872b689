"""`git clone` of a history of 5,000 commits and 20,000 files: from the node, and from git
http-backend behind nginx, over a repository that git itself has packed."""
import os
import shutil
import signal
import subprocess

from measure import TreeMemory, in_pairs, rate_of, say
from servers import Nginx, Node, need

COMMITS, FILES = 5_000, 20_000
FOLDER_FILES = 100
BACKEND = """
    location /git/ {{
      include /etc/nginx/fastcgi_params;
      fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
      fastcgi_param GIT_PROJECT_ROOT {dir}/git;
      fastcgi_param GIT_HTTP_EXPORT_ALL "";
      fastcgi_param HTTP_GIT_PROTOCOL $http_git_protocol;
      fastcgi_split_path_info ^(/git)(/.+)$;
      fastcgi_param PATH_INFO $fastcgi_path_info;
      fastcgi_buffering off;
      fastcgi_pass unix:{dir}/fcgi.socket;
    }}
"""


def path_of(number):
    return f"folder-{number // FOLDER_FILES:03}/file-{number % FOLDER_FILES:02}.txt"


def text_of(number, version):
    """Twenty lines, one of which tells the version."""
    lines = [f"line {line} of file {number}" for line in range(20)]
    lines[version % 20] += f", new in {version}"
    return "\n".join(lines) + "\n"


def history():
    """A stream for git fast-import: all files at first, then one changed file a commit."""
    def file(number, version):
        text = text_of(number, version)
        return f"M 100644 inline {path_of(number)}\ndata {len(text)}\n{text}\n"

    for commit in range(COMMITS):
        yield (f"commit refs/heads/main\ncommitter Ada <ada@example.org> {1700000000 + commit} "
               f"+0000\ndata <<END\nchange {commit}\nEND\n")
        if commit == 0:
            yield from (file(number, 0) for number in range(FILES))
        else:
            yield file(commit * 7919 % FILES, commit)


def make_repository(path):
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", path], check=True)
    importing = subprocess.Popen(["git", "-C", path, "fast-import", "--quiet"],
                                 stdin=subprocess.PIPE)
    for piece in history():
        importing.stdin.write(piece.encode())
    importing.stdin.close()
    if importing.wait() != 0:
        raise RuntimeError("git fast-import failed")
    subprocess.run(["git", "-C", path, "gc", "-q"], check=True)


class Wrapper:
    """fcgiwrap, which runs git http-backend for nginx, with the processes that it starts."""

    def __init__(self, place):
        self.process = subprocess.Popen(["fcgiwrap", "-c", "2", "-s", f"unix:{place}/fcgi.socket"],
                                        umask=0, start_new_session=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()


def clone(url, target):
    """Clones a second."""
    shutil.rmtree(target, ignore_errors=True)
    return rate_of(["git", "-c", "credential.helper=", "clone", "-q", "--bare", url, target], 1e9)


def measure(options, place):
    need("git", "nginx", "fcgiwrap")
    os.makedirs(place + "/git")
    source = place + "/git/repository.git"
    make_repository(source)
    with Node(options.build, place + "/node") as node, Wrapper(place), \
            Nginx(place, more=BACKEND.format(dir=place)) as nginx:
        node.banyan("create", "operator/history")
        to = node.url.replace("://", f"://any:{node.token}@") + "/operator/history"
        ours, peer = f"{node.url}/operator/history", f"{nginx.url}/git/repository.git"
        with TreeMemory(node.pid) as first:
            subprocess.run(["git", "-C", source, "push", "-q", "--force", to, "main"], check=True)
            for url in (ours, peer):
                clone(url, place + "/clone")
                subprocess.run(["git", "-C", place + "/clone", "fsck", "--strict"], check=True,
                               capture_output=True)
        say(f"git push and first clone: {first.peak_mib:.0f} MiB")
        with TreeMemory(node.pid) as cloning:
            pairs = in_pairs("git clone", max(3, options.pairs // 3),
                             lambda: clone(ours, place + "/clone"),
                             lambda: clone(peer, place + "/clone"))
        peak = max(first.peak_mib, cloning.peak_mib)
        yield pairs.row("git clone, 5,000 commits, 20,000 files", "/s", 0.5, 0,
                        f"{peak:.0f} MiB, git and the push included")
