"""Where exams are drawn: a desk an exam type, opened as the bank stands and kept while it is still so."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy import Connection, Engine

from itemwell.blueprint import Blueprint, of_name
from itemwell.exams.draw import Desk
from itemwell.exams.exposure import Exposure
from itemwell.exams.stock import stock_of
from itemwell.store import enemies, exam_desks, examinable

FRESH_SECONDS = 300.0
"""So long a desk may not hear of questions that were published or retired; a claim replaces those."""


@dataclass
class Opened:
    """A desk, at which place of its pool a question is, and the exams that its exposure knows of."""

    desk: Desk
    places: Mapping[int, int]
    version: int = 0
    since: float = field(default_factory=time.monotonic)
    nobody: bool = False  # can get one: the bank itself is too small


@dataclass
class Room:
    """Desks by exam type, for one thread a type."""

    bank: Engine
    blueprints: Sequence[Blueprint]
    opened: dict[str, Opened] = field(default_factory=dict)

    def desk(self, exam_type: str) -> Opened:
        """The desk of a type, opened anew where exams of it were kept by others since."""
        blueprint = of_name(self.blueprints, exam_type)
        with self.bank.connect() as db:
            version = exam_desks.version(db, exam_type)
            known = self.opened.get(exam_type)
            if (
                known
                and known.version == version
                and time.monotonic() - known.since < FRESH_SECONDS
            ):
                return known
            found = open_desk(db, blueprint)
        found.version = version
        self.opened[exam_type] = found
        return found

    def close(self, exam_type: str) -> None:
        """Forget a desk: what it drew was not kept."""
        self.opened.pop(exam_type, None)


def open_desk(db: Connection, blueprint: Blueprint) -> Opened:
    """A desk for a blueprint, as the bank stands."""
    rows = examinable.every(db)
    pairs = sorted(enemies.linked(db))
    places = {each.id: place for place, each in enumerate(rows)}
    number, counts = exam_desks.exposure(db, blueprint.name)
    used = np.zeros(len(rows), np.int64)
    for question, count in counts.items():
        if question in places:
            used[places[question]] = count
    stock = stock_of(rows, pairs, blueprint)
    exposure = Exposure.of(blueprint.exposure, number, used)
    return Opened(Desk(blueprint, stock, exposure), places)
