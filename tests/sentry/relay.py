"""A server that speaks Sentry's envelope endpoint, and keeps every byte that it was sent."""

import gzip
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DEAF = 60  # seconds that a server which hangs says nothing


class Relay:
    """`ways`: how it answers: 200, 500, 302 to `elsewhere`, or "hang"."""

    def __init__(self, way=200, elsewhere=""):
        self.way = way
        self.elsewhere = elsewhere
        self.received = []  # head and body of each request, as bytes
        self.items = []  # (type, payload)
        self.over = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def dsn(self):
        return f"http://0123456789abcdef@127.0.0.1:{self.server.server_port}/1"

    @property
    def everything(self):
        return b"\n".join(self.received)

    def of(self, kind):
        return [payload for each, payload in self.items if each == kind]

    def close(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def take(self, head, body):
        self.received.append(head + body)
        _, *lines = body.split(b"\n")
        while len(lines) >= 2:
            header, payload, *lines = lines
            self.items.append((json.loads(header)["type"], json.loads(payload)))

    def _handler(relay):  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers["Content-Encoding"] == "gzip":
                    body = gzip.decompress(body)
                relay.take(f"{self.requestline}\n{self.headers}".encode(), body)
                if relay.way == "hang":
                    relay.over.wait(DEAF)
                    return
                self.send_response(relay.way)
                if relay.elsewhere:
                    self.send_header("Location", relay.elsewhere)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            do_GET = do_POST  # noqa: N815

            def log_message(self, *_):
                pass

        return Handler


def seconds_of(work):
    started = time.monotonic()
    result = work()
    return result, time.monotonic() - started
