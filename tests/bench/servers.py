"""The two servers that are compared: a Banyan node and nginx, each in a directory of its own."""
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request

from measure import Missing

LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise Missing(program)


def make_certificate(directory):
    """cert.pem and key.pem for localhost, the key readable by the owner only."""
    need("openssl")
    key, certificate = directory + "/key.pem", directory + "/cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-keyout", key, "-out", certificate], check=True, capture_output=True)
    os.chmod(key, 0o600)
    return certificate, key


class Server:
    """A running process that answers on `port`; ended with the `with` block."""
    scheme = "http"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    @property
    def pid(self):
        return self.process.pid

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def wait_for_port(self):
        for _ in range(3000):
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.process.args[0]} ended at its start")
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise RuntimeError(f"{self.process.args[0]} does not listen")


class Node(Server):
    """`banyan serve` on `directory`, which may hold the data of an earlier node."""

    def __init__(self, build, directory, *flags, certificate=None):
        self.program, self.directory, self.port = build + "/banyan", directory, free_port()
        os.makedirs(directory, exist_ok=True)
        command = [self.program, "serve", "--data", directory + "/data",
                   "--listen", f"127.0.0.1:{self.port}", "--rate-anonymous", "0",
                   "--rate-user", "0", *flags]
        self.ca = []
        if certificate:
            self.scheme, self.ca = "https", ["--ca-file", certificate[0]]
            command += ["--tls-certificate", certificate[0], "--tls-key", certificate[1]]
        started = time.monotonic()
        with open(directory + "/log", "a") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        self.wait_for_port()
        self.start_seconds = time.monotonic() - started
        with open(directory + "/data/admin.token") as f:
            self.token = f.read().strip()

    def command(self, *arguments):
        return [self.program, *arguments, "-q", *self.ca]

    def environment(self, cache="cache"):
        return {**os.environ, "BANYAN_NODE": self.url, "BANYAN_TOKEN": self.token,
                "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1",
                "XDG_CACHE_HOME": f"{self.directory}/{cache}",
                "XDG_CONFIG_HOME": self.directory + "/config"}

    def banyan(self, *arguments, cache="cache"):
        """Runs the command-line program against this node."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True,
                              env=self.environment(cache))
        if done.returncode != 0:
            raise RuntimeError(f"banyan {arguments[0]}: {done.stderr.strip()}")
        return done.stdout

    def call(self, method, path, body=None, **headers):
        """A JSON request as the operator; gives the parsed answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": "Bearer " + self.token, **headers}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with LOCAL.open(request) as answer:
            return json.loads(answer.read() or b"{}")

    def push_file(self, name, path):
        """Makes operator/`name` with the file as "file", by hard link; gives its URL path."""
        folder = os.path.join(self.directory, "push-" + name)
        os.makedirs(folder)
        os.link(path, folder + "/file")
        self.banyan("push", folder, "operator/" + name, "--create")
        shutil.rmtree(folder)
        return f"/operator/{name}/resolve/main/file"

    def traffic(self):
        """Bytes of HTTP (received, sent) so far."""
        with LOCAL.open(self.url + "/metrics") as answer:
            lines = dict(line.split(" ", 1) for line in answer.read().decode().splitlines()
                         if not line.startswith("#") and "{" not in line)
        return (int(float(lines["banyan_http_received_bytes_total"])),
                int(float(lines["banyan_http_sent_bytes_total"])))


NGINX = """
worker_processes auto;
daemon off;
error_log {dir}/error.log;
pid {dir}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000;
  default_type application/octet-stream;
  client_body_temp_path {dir}/t1; proxy_temp_path {dir}/t2; fastcgi_temp_path {dir}/t3;
  uwsgi_temp_path {dir}/t4; scgi_temp_path {dir}/t5;
  server {{
    listen 127.0.0.1:{port}{ssl};
    root {dir}/www;
    {more}
  }}
}}
"""


class Nginx(Server):
    """nginx with sendfile, a worker for each processor; serves directory/www."""

    def __init__(self, directory, certificate=None, more=""):
        need("nginx")
        self.port, self.www = free_port(), directory + "/www"
        os.makedirs(self.www, exist_ok=True)
        os.chmod(directory, 0o755)
        ssl = ""
        if certificate:
            self.scheme = "https"
            ssl = f" ssl; ssl_certificate {certificate[0]}; ssl_certificate_key {certificate[1]}"
        with open(directory + "/nginx.conf", "w") as f:
            f.write(NGINX.format(dir=directory, port=self.port, ssl=ssl, more=more))
        self.process = subprocess.Popen(["nginx", "-c", directory + "/nginx.conf",
                                         "-e", directory + "/error.log"])
        self.wait_for_port()
