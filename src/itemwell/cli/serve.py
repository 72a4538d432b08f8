"""`itemwell serve`: the small HTTP service."""

import gc
import ipaddress
import os
import socket
from typing import TYPE_CHECKING

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.errors import ConfigError

if TYPE_CHECKING:
    from itemwell.settings import Settings

GRACE_SECONDS = 5
CONNECTIONS = 10
"""To the bank: more requests at once wait for each other."""


@click.command(cls=Command)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True)
def serve(common: Common, host: str, port: int) -> Answer:
    """Answer over HTTP: exams, the scheduler, calibrations; long work is queued for run-due and workers.

    Every request needs a bearer: CRON_SECRET, which may do all, or one of API_TOKENS with its scopes.
    It listens on this machine alone unless --host says otherwise; TLS is the proxy's in front of it.
    """
    settings = common.settings()
    _require_bearers(settings)
    with _listening(host, port) as listener:
        _serve(settings, listener)
    return Answer(text="")


def _serve(settings: "Settings", listener: socket.socket) -> None:
    try:
        import uvicorn

        from itemwell.serve.app import app_of
    except ImportError as error:
        raise ConfigError(
            f"{error.name} is not installed", "pip install 'itemwell[serve]'"
        ) from error
    import structlog

    from itemwell.sentry import secrets
    from itemwell.serve.callers import callers
    from itemwell.store.connect import open_bank

    with open_bank(settings, connections=CONNECTIONS) as bank:
        kept = secrets.in_force(settings, os.environ)
        app = app_of(bank, callers(settings), settings.serve_requests_per_minute, kept)
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=GRACE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
            limit_concurrency=200,
        )
        host, port = listener.getsockname()[:2]
        gc.freeze()  # what is imported by now need not be looked at again and again
        structlog.get_logger().info(f"[Serve] http://{host}:{port}")
        uvicorn.Server(config).run(sockets=[listener])


def _require_bearers(settings: "Settings") -> None:
    if not settings.cron_secret and not settings.api_tokens:
        raise ConfigError("nobody could call: there is no bearer", "set CRON_SECRET, or API_TOKENS")


def _listening(host: str, port: int) -> socket.socket:
    """A socket of ours. Raises ConfigError where there can be none."""
    try:
        family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
        listener = socket.create_server((host, port), family=family, backlog=256)
    except ValueError as error:
        raise ConfigError(f"{host} is no IP address", "use 127.0.0.1, or 0.0.0.0") from error
    except OSError as error:
        told = f"{host}:{port} cannot be listened on: {error.strerror}"
        raise ConfigError(told, "choose another with --host and --port") from error
    # asyncio does this where a socket says that it is TCP, and these do not: without it the second
    # part of an answer waits 40 ms for the client to acknowledge the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener
