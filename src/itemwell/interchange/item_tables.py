"""Item parameters as tables: `csv` with all figures, and what R's mirt and catR take as it is."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, TextIO

from itemwell.bank import ItemParameters

CSV = (
    "question_id",
    "discrimination",
    "difficulty",
    "se_discrimination",
    "se_difficulty",
    "covariance",
    "responses",
    "p_value",
    "point_biserial",
    "infit",
    "outfit",
    "fit_p",
    "anchor",
    "published",
    "flags",
    "reason",
)


def write(file: TextIO, items: Iterable[ItemParameters], form: str) -> tuple[int, int]:
    """Write a header and a row an item; how many there are, and how many had no a and b to write."""
    names, row = FORMATS[form]
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    count = without = 0
    for item in items:
        if form != "csv" and (item.discrimination is None or item.difficulty is None):
            without += 1
            continue
        writer.writerow(row(item))
        count += 1
    return count, without


def _all(item: ItemParameters) -> Mapping[str, Any]:
    fields = asdict(item)
    told = {
        "flags": " ".join(item.flags),
        "anchor": int(item.anchor),
        "published": int(item.published),
    }
    return {name: (fields | told)[name] for name in CSV}


def _mirt(item: ItemParameters) -> Mapping[str, Any]:
    """Slope and intercept: mirt's 2PL is a1 * theta + d, so d = -a * b; g and u are its bounds."""
    a, b = _known(item)
    return {"item": f"q{item.question_id}", "a1": a, "d": -a * b, "g": 0, "u": 1}


def _catr(item: ItemParameters) -> Mapping[str, Any]:
    """The item bank of catR: discrimination, difficulty, lower and upper asymptote."""
    a, b = _known(item)
    return {"item": f"q{item.question_id}", "a": a, "b": b, "c": 0, "d": 1}


def _known(item: ItemParameters) -> tuple[float, float]:
    assert item.discrimination is not None
    assert item.difficulty is not None
    return item.discrimination, item.difficulty


FORMATS = {
    "csv": (CSV, _all),
    "mirt": (("item", "a1", "d", "g", "u"), _mirt),
    "catr": (("item", "a", "b", "c", "d"), _catr),
}
