"""A program in processes forked from one that has loaded it: a kill costs no start-up."""

import os
import sys
from importlib import import_module
from multiprocessing import get_context

LOADED = [
    "itemwell.cli.generate", "itemwell.cli.progress", "itemwell.generate.job", "itemwell.generate.vendors",
    "itemwell.llm.openai", "itemwell.llm.anthropic", "itemwell.llm.google", "itemwell.llm.transport",
    "openai.resources.chat.completions", "anthropic.resources.messages", "google.genai",
    "anyio._backends._asyncio", "httpcore2", "h11", "psycopg", "psycopg.types.json",
    "procrastinate", "itemwell.queue.worker", "itemwell.exams.job", "itemwell.cli.exams", "itemwell.cli.worker",
    "sqlalchemy.dialects.postgresql.psycopg", "genai_prices.data", "psutil", "opentelemetry.propagate",
]  # fmt: skip

CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload([*LOADED, "forks"])


def start(program, arguments, environment, log):
    """`program` ("module:function", which takes the arguments) in a process that writes to the file `log`."""
    process = CONTEXT.Process(target=_run, args=(program, arguments, environment, str(log)))
    process.start()
    return process


def _run(program, arguments, environment, log):
    os.environ.clear()
    os.environ.update(environment)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    module, _, name = program.partition(":")
    sys.exit(getattr(import_module(module), name)(arguments))
