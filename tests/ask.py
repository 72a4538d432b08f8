"""The program as a process of its own, at the price of a small Python: warm.py does what it is asked for.

    python -I -S ask.py SOCKET [ARGUMENT...]

Environment, folder and the three standard streams are this process's; it passes SIGINT and SIGTERM on,
takes the command along where it is killed, and ends as the command does.
"""

import json
import os
import signal
import socket
import sys


def ask(path, arguments):
    asked = socket.socket(socket.AF_UNIX)
    asked.connect(path)
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, _: asked.send(bytes([number])))
    order = {"arguments": arguments, "folder": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109 - pathlib takes as long to import as all the rest
    told = json.dumps(order).encode() + b"\n"
    sent = socket.send_fds(asked, [told], [0, 1, 2])
    asked.sendall(told[sent:])
    answer = b""
    while not answer.endswith(b"\n"):
        more = asked.recv(64)
        assert more, "warm.py has ended"
        answer += more
    return int(answer)


def end(status):
    if status < 0:
        if -status != signal.SIGKILL:
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


if __name__ == "__main__":
    end(ask(sys.argv[1], sys.argv[2:]))
