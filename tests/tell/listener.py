"""A server that takes anything, keeps every byte, and answers ill in the ways that servers do."""

import contextlib
import socket
import threading
import time


class Listener:
    """`way`: 200, 500, 302 (to `elsewhere`), "hang", "drip" or "flood"."""

    def __init__(self, way=200, elsewhere=""):
        self.way = way
        self.elsewhere = elsewhere
        self.received = []
        self.over = threading.Event()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def everything(self):
        return b"\n".join(self.received)

    @property
    def lines(self):
        return [each.partition(b"\r\n")[0].decode() for each in self.received]

    def close(self):
        self.over.set()
        self.socket.close()

    def _serve(self):
        while not self.over.is_set():
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection:
            self.received.append(read(connection))
            with contextlib.suppress(OSError):
                self._say(connection)

    def _say(self, connection):
        if self.way == "hang":
            self.over.wait(60)
        elif self.way == "drip":
            for letter in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 600:
                connection.sendall(bytes([letter]))
                if self.over.wait(0.1):
                    return
        elif self.way == "flood":
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            end = time.monotonic() + 20
            while time.monotonic() < end and not self.over.is_set():
                connection.sendall(b"x" * 65_536)
        else:
            head = (
                f"HTTP/1.1 {self.way} X\r\nLocation: {self.elsewhere}\r\nContent-Length: 0\r\n\r\n"
            )
            connection.sendall(head.encode())


def read(connection):
    """One request, head and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65_536)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [
        int(line.split(b":")[1])
        for line in head.lower().splitlines()
        if line.startswith(b"content-length:")
    ]
    while lengths and len(body) < lengths[0]:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body
