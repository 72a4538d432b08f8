"""Alerts by mail, to a mail server on this machine."""

import socket
import threading
import time

import pytest
from tests.upkeep.past import rows


class MailServer:
    """As much SMTP as a client needs, without encryption; or one that is `ill`: "hang", "refuse"."""

    def __init__(self, ill=""):
        self.ill = ill
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.received = b""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        connection, _ = self.socket.accept()
        with connection, connection.makefile("rb") as lines:
            if self.ill == "hang":
                lines.read()
                return
            connection.sendall(b"554 no\r\n" if self.ill else b"220 here\r\n")
            for line in lines:
                word = line[:4].upper().strip()
                connection.sendall(
                    {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(word, b"250 well\r\n")
                )
                if word == b"DATA":
                    self._take(connection, lines)

    def _take(self, connection, lines):
        for line in lines:
            if line == b".\r\n":
                break
            self.received += line
        connection.sendall(b"250 taken\r\n")


def test_an_alert_comes_by_mail_once(program, bank):
    server = MailServer()
    settings = {
        "SMTP_URL": f"smtp://127.0.0.1:{server.port}",
        "ALERT_MAIL_TO": "ann@example.org, bob@example.org",
    }

    first = program("monitor", "--json", **settings)
    second = program("monitor", "--json", **settings)

    server.socket.close()
    assert first.json["told"] == {"mail": 1}
    assert second.json["told"] == {}
    assert b"Subject: Itemwell: critical: No questions in database" in server.received
    assert rows(bank, "SELECT told_at IS NOT NULL FROM monitoring_alerts") == [(True,)]


@pytest.mark.parametrize("ill", ["hang", "refuse"])
def test_a_mail_server_that_is_ill_costs_five_seconds_at_most_and_the_alert_waits(
    program, bank, ill
):
    server = MailServer(ill)
    address = {"SMTP_URL": f"smtp://127.0.0.1:{server.port}", "ALERT_MAIL_TO": "ann@example.org"}

    began = time.monotonic()
    ended = program("monitor", "--json", **address)
    took = time.monotonic() - began

    server.socket.close()
    assert (ended.status, list(ended.json["not_told"])) == (0, ["mail"])
    assert took < 5 + 3  # the program itself takes some time
    assert rows(bank, "SELECT told_at FROM monitoring_alerts") == [(None,)]


def test_an_alert_that_somebody_knows_of_is_acknowledged_until_it_is_resolved(program, bank):
    program("monitor")
    (number,) = rows(bank, "SELECT id FROM monitoring_alerts")[0]

    ended = program("alerts", "ack", number, "--by", "ann")
    listed = program("alerts", "--json")
    program("monitor")

    assert ended.last_line == f"exit code: 0 (ok): alert {number} is acknowledged"
    assert listed.json["alerts"][0]["acknowledged_by"] == "ann"
    assert rows(bank, "SELECT status FROM monitoring_alerts") == [("acknowledged",)]


def test_an_alert_that_there_is_not_cannot_be_acknowledged(program):
    ended = program("alerts", "ack", 7)

    assert (ended.status, "there is no alert 7" in ended.last_line) == (3, True)
