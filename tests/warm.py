"""A Python that has imported the whole program, and forks itself for each command that it is sent.

An import takes a second, and the tests start the program two hundred times. What a child does from
there is what a Python of its own does after its imports. `Program.start` is a Python of its own:
what is about the start, about signals or about chance (a fork inherits its hash seed) takes that.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import sys
import threading

SDKS = ("openai", "anthropic", "google.genai", "google.genai.types", "genai_prices.data_snapshot")


def import_everything():
    """All of the program. What is frozen costs a child no time as it ends."""
    from sqlalchemy import create_engine

    import itemwell

    for module in pkgutil.walk_packages(itemwell.__path__, "itemwell."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    create_engine("postgresql+psycopg://")  # which imports psycopg
    gc.freeze()


def import_sdks():
    for sdk in SDKS:
        importlib.import_module(sdk)
    gc.freeze()


def may_ask_a_vendor(order):
    keys = [name for name in order["environment"] if name.endswith("_API_KEY")]
    return keys or "self-test" in order["arguments"]


def run(order):
    """What remains to be done of a process that was started so."""
    from itemwell.cli import entry

    for descriptor, path in enumerate((os.devnull, order["out"], order["err"])):
        opened = os.open(path, os.O_WRONLY if descriptor else os.O_RDONLY)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.argv = ["itemwell", *order["arguments"]]
    try:
        entry()
    except SystemExit as end:
        leave(end.code)


def leave(status):
    """End as Python does, but for taking apart every module at the end.

    All its pages are the parent's until they are written to, and a copy of them takes ten times as
    long as a command does. What the command itself left behind is taken apart.
    """
    threading._shutdown()
    atexit._run_exitfuncs()
    gc.collect()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def serve():
    """Answer each order, a line of JSON, by the child's pid and then by how it ended."""
    import_everything()
    for line in sys.stdin:
        order = json.loads(line)
        if may_ask_a_vendor(order):
            import_sdks()
        pid = os.fork()
        if pid == 0:
            run(order)
        print(pid, flush=True)  # noqa: T201 - the answer
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
