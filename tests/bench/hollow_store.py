"""A hub whose Xet store keeps nothing: it takes what is sent at once and calls it done, and passes
the other questions on to a node. What a client needs against it, it needs against every store."""
import http.server
import threading
import urllib.error
import urllib.request

COMMIT = b'''{"success": true, "commitOid": "%s",
  "commitUrl": "http://127.0.0.1/operator/large/commit/%s"}''' % (b"0" * 40, b"0" * 40)
HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "accept-encoding"}


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


PASS_ON = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def read_body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = bytearray()
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        body = memoryview(bytearray(int(self.headers.get("Content-Length", 0))))
        came = 0
        while came < len(body) and (size := self.rfile.readinto(body[came:])):
            came += size
        return body

    def ask_node(self, body):
        request = urllib.request.Request(self.server.node_url + self.path, bytes(body) or None,
                                         method=self.command)
        for key, value in self.headers.items():
            if key.lower() not in HOP_BY_HOP:
                request.add_header(key, value)
        try:
            answer = PASS_ON.open(request)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers.items(), answer.read()

    def answer(self):
        body, path = self.read_body(), self.path.split("?")[0]
        hollow = {"xorbs": b'{"was_inserted": true}', "shards": b'{"type": "result"}\n',
                  "commit": COMMIT}
        kind = next((kind for kind in hollow if f"/{kind}" in path and f"/{kind}-" not in path), "")
        if self.command == "POST" and kind:
            status, headers, text = 200, [("Content-Type", "application/json")], hollow[kind]
        else:
            status, headers, text = self.ask_node(body)
        self.send_response(status)
        for key, value in headers:
            if key.lower() not in HOP_BY_HOP:
                self.send_header(key, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    do_GET = do_HEAD = do_POST = do_PUT = answer


class HollowStore:
    """Before the node, whose public URL must be this one's."""

    def __init__(self, port, node_url):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.server.node_url = node_url
        self.url = f"http://127.0.0.1:{port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
