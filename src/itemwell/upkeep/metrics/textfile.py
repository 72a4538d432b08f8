"""Measures for Prometheus' textfile collector, which reads whatever ends with .prom at any moment."""

import os
from collections.abc import Iterable
from pathlib import Path

from itemwell.upkeep.metrics.measure import Measure


def text(measures: Iterable[Measure]) -> bytes:
    """Prometheus' text format."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest  # noqa: PLC0415 - slow

    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for each in measures:
        names = tuple(each.labels)
        if each.full_name not in gauges:
            said = f"Itemwell: {each.name.replace('_', ' ')} of {each.kind}"
            gauges[each.full_name] = Gauge(each.full_name, said, names, registry=registry)
        gauge = gauges[each.full_name]
        (gauge.labels(**each.labels) if names else gauge).set(each.value)
    return generate_latest(registry)


def write(path: Path, content: bytes) -> None:
    """Whole or not at all: on the disk under another name first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)  # the collector is another user
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
