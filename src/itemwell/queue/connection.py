"""How the queue reaches the bank: by connections of its own, with what holds for all of ours."""

from typing import Any

from sqlalchemy import Engine

from itemwell.store.connect import KEEPALIVE


def connection(bank: Engine) -> dict[str, Any]:
    """What a connector of Procrastinate is made with."""
    url = bank.url.set(drivername="postgresql").render_as_string(hide_password=False)
    options = {"application_name": "itemwell", "prepare_threshold": None, **KEEPALIVE}
    return {"conninfo": url, "kwargs": options, "min_size": 1, "max_size": 4, "timeout": 10.0}
