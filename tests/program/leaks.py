#!/usr/bin/env python3
"""No token and no signed link appears where it does not belong: leaks.py PROGRAM

Does with real processes whatever handles a token or a signed link, well and badly, with the node
at log level debug and the client at --verbose; then looks for every secret in the node's log, in
all that the commands and the node said, in the printed configuration and in the catalog. A public
hub's token is anonymous: enough for public reads, refused elsewhere.
"""
import base64
import hashlib
import json
import os
import pathlib
import re
import shutil
import sys
import tempfile
import urllib.error
import urllib.request

from banyan_program import Client, Node

PUBLIC_HUB_TOKEN = "hf_" + "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Test:
    def __init__(self, program, work):
        self.program, self.work = program, work
        self.node = Node(program, work, "--log-level", "debug").start()
        self.admin = self.node.token
        self.secrets = {"admin token": self.admin, "public hub's token": PUBLIC_HUB_TOKEN,
                        "forged token": self.admin[:-4] + "0000"}
        self.said = []  # (what, text)

    def command(self, client, *words, code=0, given="", keep=True):
        process = client.start(*words, stdin=-1)
        output, error = process.communicate(given, timeout=60)
        name = "banyan " + " ".join(map(str, words[:2]))
        assert process.returncode == code, (name, process.returncode, output, error)
        self.said += [(name + ": error", error)] + ([(name + ": output", output)] if keep else [])
        return output

    def http(self, method, path, token="", body=None, status=200, scheme="Bearer", keep=True):
        url = path if path.startswith("http") else self.node.url + path
        request = urllib.request.Request(url, method=method, data=body)
        if token:
            request.add_header("Authorization", f"{scheme} {token}")
        if body is not None:
            request.add_header("Content-Type", "application/vnd.git-lfs+json")
        try:
            answer = OPENER.open(request, timeout=60)
        except urllib.error.HTTPError as error:
            answer = error
        content = answer.read()
        what = f"{method} {path.split('?')[0]}"
        assert answer.status == status, (what, answer.status, content[:300])
        if keep:
            self.said.append((what, str(answer.headers) + content.decode(errors="replace")))
        return content

    def use_commands(self):
        guest = Client(self.program, self.work / "guest", self.node.url)
        self.command(guest, "login", "-v", given=self.admin + "\n")
        self.command(guest, "login", "-v", given=self.secrets["forged token"] + "\n", code=4)
        self.command(guest, "whoami", "-v", "--token", self.secrets["forged token"], code=4)
        self.command(guest, "whoami", "-v", "--json")
        source = self.work / "source"
        source.mkdir()
        (source / "model.bin").write_bytes(os.urandom(300_000))
        self.command(guest, "push", "-v", source, "operator/open", "--create")
        self.command(guest, "push", "-v", source, "operator/closed", "--create", "--private")
        self.command(guest, "pull", "-v", "operator/closed", "--dest", self.work / "pulled")
        self.command(guest, "info", "operator/none", code=3)
        (source / "more.txt").write_text("more")
        self.command(guest, "push", source, "operator/open", "--token", PUBLIC_HUB_TOKEN, code=4)
        self.command(guest, "admin", "users", "create", "alice")
        made = self.command(guest, "admin", "tokens", "create", "alice", "laptop", keep=False)
        self.secrets["alice's token"] = made.strip()
        self.command(guest, "admin", "tokens", "list", "alice", "--json")
        alice = Client(self.program, self.work / "alice", self.node.url, made.strip())
        self.command(alice, "push", "-v", source, "alice/own", "--create")
        self.command(alice, "admin", "users", "list", code=4)
        self.command(guest, "admin", "tokens", "revoke", "alice", "laptop")
        self.command(alice, "push", source, "alice/own", code=4)
        self.command(guest, "admin", "doctor", "-v")
        self.command(guest, "logout", "-v")
        assert (guest.home / ".config/banyan/login.json").stat().st_mode & 0o077 == 0

    def use_signed_links(self):
        content = os.urandom(50_000)
        oid = hashlib.sha256(content).hexdigest()
        batch = "/operator/closed.git/info/lfs/objects/batch"

        def ask(operation, **options):
            body = {"operation": operation, "transfers": ["basic"],
                    "objects": [{"oid": oid, "size": len(content)}]}
            answer = json.loads(self.http("POST", batch, body=json.dumps(body).encode(),
                                          keep=False, **options))
            actions = answer["objects"][0]["actions"]
            for action in actions.values():
                self.secrets["signature " + str(len(self.secrets))] = \
                    re.search("mac=([0-9a-f]{64})", action["href"])[1]
            return {name: action["href"] for name, action in actions.items()}

        basic = base64.b64encode(f"operator:{self.admin}".encode()).decode()
        self.secrets["token as git sends it"] = basic
        upload = ask("upload", token=basic, scheme="Basic")
        self.http("PUT", upload["upload"], body=content[:-1], status=400)
        self.http("PUT", upload["upload"].replace("size=5", "size=6"), body=content, status=403)
        self.http("PUT", upload["upload"], body=content)
        self.http("POST", upload["verify"], body=b"{}")
        download = ask("download", token=self.admin)["download"]
        assert self.http("GET", download, keep=False) == content
        self.http("GET", download + "0", status=403)
        self.http("GET", download.replace("/lfs/object/", "/lfs/none/"), status=404)
        self.http("GET", f"/api/models?search={self.admin}")  # pasted into the wrong field
        self.http("GET", f"/api/whoami-v2?token={self.admin}", status=401)

    def use_a_public_hubs_token(self):
        """It is of no account here, whoever sends it along."""
        token = PUBLIC_HUB_TOKEN
        self.http("GET", "/api/models/operator/open", token)
        self.http("GET", "/operator/open/resolve/main/model.bin", token, keep=False)
        self.http("GET", "/api/models/operator/closed", token, status=401)
        self.http("GET", "/operator/closed/resolve/main/model.bin", token, status=401)
        self.http("GET", "/api/whoami-v2", token, status=401)
        self.http("POST", "/api/repos/create", token, body=b'{"name": "x"}', status=401)
        self.http("POST", "/operator/open.git/info/lfs/objects/batch", token, status=401,
                  body=b'{"operation": "upload", "objects": []}')
        lines = [line for line in self.node.log.read_text().splitlines()
                 if 'path="/api/models/operator/open"' in line and "urllib" in line.lower()]
        assert lines and all("user=-" in line for line in lines), lines

    def look(self):
        self.node.stop()
        config = Client(self.program, self.work / "config", self.node.url, self.admin)
        self.command(config, "serve", "--print-config", "--data", self.node.data)
        self.said.append(("the node's log", self.node.log.read_text(errors="replace")))
        self.secrets["node's seed"] = (self.node.data / "node.seed").read_bytes().hex()
        for file in self.node.data.rglob("*"):
            if file.is_file() and file.name not in ("admin.token", "node.seed"):
                self.said.append((str(file), file.read_bytes().decode("latin-1")))
        found = [f"{name} in {what}" for what, text in self.said
                 for name, secret in self.secrets.items() if secret in text]
        for line in found:
            print("FOUND:", line)
        assert "event=request" in self.said[[w for w, _ in self.said].index("the node's log")][1]
        print(f"{len(self.secrets)} secrets, {len(self.said)} places, {len(found)} found")
        return 1 if found else 0

    def run(self):
        self.use_commands()
        self.use_signed_links()
        self.use_a_public_hubs_token()
        return self.look()


def main():
    work = pathlib.Path(tempfile.mkdtemp())
    test = Test(os.path.abspath(sys.argv[1]), work)
    try:
        return test.run()
    finally:
        test.node.stop()
        shutil.rmtree(work, ignore_errors=True)


sys.exit(main())
