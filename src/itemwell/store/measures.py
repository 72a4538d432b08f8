"""Measures as rows of `metrics_data`."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from sqlalchemy import Connection, insert

from itemwell.store.tables import metrics_data


class Measure(Protocol):
    """What there is to keep of one figure."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def value(self) -> float: ...
    @property
    def unit(self) -> str: ...
    @property
    def labels(self) -> Mapping[str, str]: ...


def keep(db: Connection, measures: Iterable[Measure], about: dict[str, Any]) -> None:
    """A row each, with what it is `about`: the run, and what began it."""
    rows = [
        {
            "metric_type": each.kind,
            "metric_name": each.name,
            "metric_value": each.value,
            "metric_unit": each.unit,
            "labels": dict(each.labels),
            "metadata": about,
        }
        for each in measures
    ]
    db.execute(insert(metrics_data), rows)
