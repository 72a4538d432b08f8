"""A wire between client and server that a test can cut where it hurts."""

import socket
import threading
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import make_url


class Wire:
    """Forwards bytes both ways until told to cut: at once, or when the answer to a COMMIT comes."""

    def __init__(self, socket_path):
        self.server = socket_path
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.pairs = []
        self.commits_to_lose = 0
        self.commits_lost = 0
        self.down = False
        threading.Thread(target=self._accept, daemon=True).start()

    def lose_commits(self, number):
        self.commits_to_lose = number

    def cut(self):
        """Everything that is open breaks, and nobody answers any more."""
        self.down = True
        for pair in self.pairs:
            self._close(pair)

    def mend(self):
        self.down = False

    def close(self):
        self.cut()
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.down:
                client.close()
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self.server))
            pair = {"client": client, "server": server, "committing": False}
            self.pairs.append(pair)
            threading.Thread(
                target=self._forward, args=(pair, "client", "server"), daemon=True
            ).start()
            threading.Thread(
                target=self._forward, args=(pair, "server", "client"), daemon=True
            ).start()

    def _forward(self, pair, source, target):
        try:
            while data := pair[source].recv(65536):
                if source == "client" and b"COMMIT" in data and self.commits_to_lose > 0:
                    pair["committing"] = True
                if source == "server" and pair["committing"]:
                    self.commits_to_lose -= 1
                    self.commits_lost += 1
                    break
                pair[target].sendall(data)
        except OSError:
            pass
        self._close(pair)

    @staticmethod
    def _close(pair):
        for end in ("client", "server"):
            with suppress(OSError):
                pair[end].shutdown(socket.SHUT_RDWR)
            pair[end].close()


@contextmanager
def wired(url):
    """A Wire to the server of `url`, and the URL that leads through it."""
    parsed = make_url(url)
    wire = Wire(Path(str(parsed.query["host"])) / ".s.PGSQL.5432")
    through = parsed.set(host="127.0.0.1", port=wire.port, query={})
    try:
        yield wire, through.render_as_string(hide_password=False)
    finally:
        wire.close()
