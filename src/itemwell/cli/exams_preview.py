"""`itemwell exams preview`: one exam beside its blueprint, and how much it tells of whom."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from itemwell.cli.answer import Answer
from itemwell.cli.options import Command, Common
from itemwell.cli.table import table
from itemwell.errors import Exit, Outcome

if TYPE_CHECKING:
    from itemwell.exams.draw import Desk, Drawn

BARS = "▁▂▃▄▅▆▇█"
COLUMNS = {"stratum": "stratum", "wanted": "wanted", "found": "found", "in_bank": "in the bank"}


@click.command(cls=Command)
@click.option("--type", "exam_type", required=True, help="Of which exam type.")
@click.option("--seed", default="preview", show_default=True)
def preview(common: Common, exam_type: str, seed: str) -> Answer:
    """Draw an exam for a learner who has seen nothing, and show it beside its blueprint.

    With the information that its scored questions tell at abilities from -3 to 3, and the standard
    error that comes of it. Nothing is kept.
    """
    import numpy as np

    from itemwell.blueprint import blueprints_of, of_name
    from itemwell.exams.assemble import Infeasible
    from itemwell.exams.room import open_desk
    from itemwell.store.connect import open_bank

    settings = common.settings()
    blueprint = of_name(blueprints_of(settings.blueprints), exam_type)
    with open_bank(settings) as bank, bank.connect() as db:
        desk = open_desk(db, blueprint).desk
    try:
        drawn = desk.draw({}, np.random.default_rng(list(seed.encode())))
    except Infeasible as gap:
        told = f"{exam_type} cannot be assembled: {gap}"
        return Answer(
            {"short": [each._asdict() for each in gap.short]},
            outcome=Outcome(Exit.FAILED, "shortage", told, "write questions: itemwell generate"),
        )
    rows, curve = _rows(desk, drawn), _curve(desk, drawn)
    lines = [
        f"{exam_type}: {blueprint.scored} scored questions, {blueprint.pretest} pretest",
        table(COLUMNS, rows),
        *_curve_told(curve),
    ]
    document = {"exam_type": exam_type, "strata": rows, "information": curve}
    return Answer(document, "\n".join(lines))


def _rows(desk: "Desk", drawn: "Drawn") -> list[dict[str, Any]]:
    found = Counter(each.stratum for each in drawn.questions if each.scored)
    pretest = Counter(each.stratum.question_type for each in drawn.questions if not each.scored)
    pool, may = desk.stock.pool, desk.stock.may_score
    rows: list[dict[str, Any]] = [
        {
            "stratum": str(cell),
            "wanted": number,
            "found": found[cell],
            "in_bank": int(may[pool.places_of(cell)].sum()),
        }
        for cell, number in desk.cells.items()
    ]
    kinds = [pool.cells[number].question_type for number in pool.cell]
    new = Counter(
        kind for kind, is_new in zip(kinds, desk.stock.may_pretest, strict=True) if is_new
    )
    return rows + [
        {
            "stratum": f"{kind} pretest",
            "wanted": number,
            "found": pretest[kind],
            "in_bank": new[kind],
        }
        for kind, number in desk.pretest.items()
    ]


def _curve(desk: "Desk", drawn: "Drawn") -> list[dict[str, float]]:
    """Information and standard error at abilities from -3 to 3, the population's 1 on top."""
    import numpy as np

    from itemwell.exams.assemble import information

    scored = drawn.places[: desk.blueprint.scored]
    abilities = np.linspace(-3, 3, 13)
    told = information(desk.stock.a[scored], desk.stock.b[scored], abilities).sum(axis=0)
    return [
        {"ability": float(theta), "information": float(each), "se": float(1 / np.sqrt(1 + each))}
        for theta, each in zip(abilities, told, strict=True)
    ]


def _curve_told(curve: list[dict[str, float]]) -> list[str]:
    most = max(each["information"] for each in curve) or 1.0
    bars = "".join(BARS[min(7, int(8 * each["information"] / most))] * 3 for each in curve)
    middle = curve[len(curve) // 2]
    return [
        f"information  {bars}  at most {most:.1f}",
        f"ability      -3{'0':>18}{'3':>19}",
        f"standard error at -2, 0, 2: {curve[2]['se']:.2f}, {middle['se']:.2f}, {curve[10]['se']:.2f}",
    ]
