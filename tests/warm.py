"""A Python that has imported the whole program, and forks itself for each command that it is sent.

An import takes a second, and the tests start the program a thousand times. What a child does from
there is what a Python of its own does after its imports. `Program.anew` is a Python of its own:
what is about the start, about signals or about chance (a fork inherits its hash seed) takes that.

    python warm.py LISTENER     commands to their end by standard input, one after the other; others,
                                under way at the same time, by the socket of this number: see ask.py
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys

SDKS = ("openai", "anthropic", "google.genai", "google.genai.types", "genai_prices.data_snapshot")


def import_everything():
    """All of the program. What is frozen costs a child no time as it ends."""
    from sqlalchemy import create_engine

    import itemwell
    from itemwell.similar import tokens

    for module in pkgutil.walk_packages(itemwell.__path__, "itemwell."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    create_engine("postgresql+psycopg://")  # which imports psycopg
    importlib.import_module("psutil")
    tokens._pattern()  # a constant, which takes as long to compile as the rest of a short command
    gc.freeze()


def import_sdks():
    for sdk in SDKS:
        importlib.import_module(sdk)
    gc.freeze()


def may_ask_a_vendor(order):
    keys = [name for name in order["environment"] if name.endswith("_API_KEY")]
    return keys or "self-test" in order["arguments"]


def run(order, descriptors):
    """What remains to be done of a process that was started so."""
    from itemwell.cli import entry

    for standard, descriptor in enumerate(descriptors):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["itemwell", *order["arguments"]]
    entry()  # which ends the process


def forked(order, descriptors):
    """The pid of a child that does it."""
    if may_ask_a_vendor(order):
        import_sdks()
    pid = os.fork()
    if pid == 0:
        run(order, descriptors)
    return pid


def to_its_end(order):
    """Answer by the child's pid and then by how it ended."""
    descriptors = [
        os.open(os.devnull, os.O_RDONLY),
        *(os.open(order[name], os.O_WRONLY) for name in ("out", "err")),
    ]
    pid = forked(order, descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    print(pid, flush=True)  # noqa: T201 - the answer
    _, status = os.waitpid(pid, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def under_way(listener):
    """Do what is asked for by a socket, in a child that keeps whoever asked and the command together."""
    asked, _ = listener.accept()
    with asked:
        if os.fork():
            return
        listener.close()
        sent, descriptors, _, _ = socket.recv_fds(asked, 1 << 20, 3)
        while not sent.endswith(b"\n"):
            sent += asked.recv(1 << 20)
        keep_together(asked, forked(json.loads(sent), descriptors), descriptors)


def keep_together(asked, pid, descriptors):
    """Pass signals on, kill the command where whoever asked was killed, and tell how it ended."""
    for descriptor in (0, 1, 2, *descriptors):
        os.close(descriptor)
    ended = os.pidfd_open(pid)
    while ended not in select.select([asked, ended], [], [])[0]:
        signal.pidfd_send_signal(ended, (asked.recv(1) or bytes([signal.SIGKILL]))[0])
    _, status = os.waitpid(pid, 0)
    try:
        asked.send(b"%d\n" % os.waitstatus_to_exitcode(status))
    finally:
        os._exit(0)


def serve(number):
    with socket.socket(fileno=number) as listener:
        listener.set_inheritable(False)
        import_everything()
        while True:
            ready, _, _ = select.select([sys.stdin, listener], [], [])
            if listener in ready:
                under_way(listener)
            elif line := sys.stdin.readline():  # whoever sends one waits for its answer
                to_its_end(json.loads(line))
            else:
                return
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


if __name__ == "__main__":
    serve(int(sys.argv[1]))
