"""The status in a terminal: twenty lines at most, and colours where they are asked for."""

import pytest
from tests.report.banks import NOW, TOLD, fill

from itemwell.bank import strata
from itemwell.report import glance, terminal
from itemwell.report.figures.status import status
from itemwell.store.report import snapshot


def plainly(text, _colour):
    return text


def colourfully(text, colour):
    return f"<{colour}>{text}</>"


@pytest.fixture
def document(bank):
    fill(bank)
    with snapshot(bank) as db:
        return status(glance.read(db, TOLD.table, NOW), TOLD)


def test_jobs_and_stock_are_told_in_twenty_lines(document):
    lines = terminal.status(document, 100, plainly).splitlines()

    assert len(lines) <= terminal.LINES
    assert max(map(len, lines)) <= 100
    assert lines[1].startswith("generate")
    assert "█○✕█" in lines[1]
    assert "2/4" in lines[1]
    assert "3/4 0d critical" in next(line for line in lines if line.startswith("math"))


def test_with_many_types_the_worst_come_first_and_the_others_are_counted(bank):
    fill(bank)
    kinds = [f"type-{n}" for n in range(20)]
    told = TOLD._replace(targets=dict.fromkeys(strata(tuple(kinds)), 0))
    with snapshot(bank) as db:
        document = status(glance.read(db, told.table, NOW), told)

    lines = terminal.status(document, 120, plainly).splitlines()

    assert len(lines) == terminal.LINES
    assert any(line.startswith("math") and "critical" in line for line in lines)
    assert any(line.startswith("and 18 more types") for line in lines)


def test_colours_change_nothing_but_the_colour(document):
    painted = terminal.status(document, 200, colourfully)

    assert "<red>✕</>" in painted
    assert "critical</>" in painted
    assert painted.replace("</>", "").replace("<red>", "").replace("<green>", "").replace(
        "<yellow>", ""
    ) == terminal.status(document, 200, plainly)
