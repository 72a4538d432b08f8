"""Measures by OTLP over HTTP, with OpenTelemetry's own exporter: an extra."""

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from itemwell.errors import ConfigError
from itemwell.tell import SECONDS
from itemwell.tell.post import LOOPBACK, beside
from itemwell.upkeep.metrics.measure import Measure


def send(endpoint: str, measures: Sequence[Measure]) -> str:
    """Why they were not taken within SECONDS; empty where they were. Raises ConfigError without the extra."""
    try:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import (  # noqa: PLC0415 - an extra
            OTLPMetricExporter,
        )
    except ImportError as error:
        raise ConfigError(
            "OTLP_ENDPOINT needs OpenTelemetry", "pip install 'itemwell[otlp]'"
        ) from error
    return beside({"otlp": lambda: _export(OTLPMetricExporter, endpoint, measures)}, SECONDS)[
        "otlp"
    ]


def _export(exporter: Any, endpoint: str, measures: Sequence[Measure]) -> str:
    from opentelemetry.metrics import Observation  # noqa: PLC0415 - an extra
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import (  # noqa: PLC0415
        InMemoryMetricReader,
        MetricExportResult,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from requests import Session  # noqa: PLC0415 - comes with the exporter

    reader = InMemoryMetricReader()
    provider = MeterProvider(
        [reader], Resource({"service.name": "itemwell"}), shutdown_on_exit=False
    )
    meter = provider.get_meter("itemwell")
    by_name: dict[str, list[Measure]] = {}
    for each in measures:
        by_name.setdefault(each.full_name, []).append(each)
    for name, group in by_name.items():
        seen = [Observation(each.value, dict(each.labels)) for each in group]
        meter.create_observable_gauge(name, [partial(_seen, seen)], group[0].unit)
    data = reader.get_metrics_data()
    session = Session()
    session.max_redirects = 0
    session.trust_env = urlsplit(endpoint).hostname not in LOOPBACK  # no proxy on this machine
    for name in [
        each for each in logging.root.manager.loggerDict if each.startswith("opentelemetry")
    ]:
        logging.getLogger(name).disabled = True  # they tell addresses, which may hold a key
    sent = exporter(endpoint=endpoint, timeout=SECONDS, session=session).export(data)
    return "" if sent is MetricExportResult.SUCCESS else "it did not take them"


def _seen(observations: list[Any], _options: object) -> list[Any]:
    return observations
