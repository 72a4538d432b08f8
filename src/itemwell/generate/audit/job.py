"""The gates put to the test: accepted questions -> mutants -> check, solve, judge -> what each caught.

Every gate sees every question and every mutant, also what an earlier one would have refused: so it
is seen what each is worth. What is asked of models belongs to no slot; its attempt is the place of
the defect in `DEFECTS`, its subject the mutant's signature.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import NamedTuple

from sqlalchemy import Engine

from itemwell.bank import Draft, Question, Slot
from itemwell.errors import Rejected
from itemwell.generate import solve
from itemwell.generate.audit.findings import UNTOUCHED, Finding, Findings
from itemwell.generate.audit.mutants import MUTANTS
from itemwell.generate.desk import Drafted, sound
from itemwell.generate.jury import Jury
from itemwell.generate.money.book import Book
from itemwell.generate.routing import VENDORS, Routing
from itemwell.llm.door import LLMError
from itemwell.settings import Settings
from itemwell.similar.signature import signature
from itemwell.stopping import run_async
from itemwell.store.runs import Run
from itemwell.templates import models

JOB = "judge_audit"
DEFECTS = (UNTOUCHED, *MUTANTS)


class Case(NamedTuple):
    """A question of the bank as it is, or with one defect; and the vendor that wrote it, if one did."""

    question_id: int
    defect: str
    draft: Draft
    author: str
    seed: str

    @property
    def slot(self) -> Slot:
        """No slot of the bank: what gives this case marks and orders of options of its own."""
        place = DEFECTS.index(self.defect)
        return Slot(0, self.draft.stratum, self.question_id, self.seed, place)


def run(
    bank: Engine, under: Run, to_see: Sequence[Case], settings: Settings, seed: str
) -> Findings:
    """Show the cases to the gates, and leave outcome and counts with the run.

    The free gates see all of them first. Without a vendor's key they are the only ones: the rules,
    and for what an item model computed its own solver.
    """
    findings = Findings(seed)
    routing = Routing.of(settings)
    findings.all = [_seen_for_free(case, asked=bool(routing.models)) for case in to_see]
    book = Book.of(bank, under.id, settings)
    try:
        if routing.models:
            run_async(_ask_about_all(to_see, findings, routing, settings, book))
    finally:
        findings.calls, findings.cost_usd = book.calls, book.spent
        under.counts = findings.counts()
    under.outcome = findings.outcome
    return findings


def cases(accepted: Iterable[Question], defects: Sequence[str], seed: str) -> list[Case]:
    """Each question untouched, and with each of the defects that it allows; always the same ones."""
    found = []
    for question in accepted:
        vendor = question.gates.get("draft", "").partition(" ")[0]
        author = vendor if vendor in VENDORS else ""
        mine: dict[str, Draft | None] = {UNTOUCHED: question.draft}
        for name in defects:
            mine[name] = MUTANTS[name](question.draft, Random(f"{seed}:{question.id}:{name}"))
        found += [
            Case(question.id, name, draft, author, seed) for name, draft in mine.items() if draft
        ]
    return found


def _seen_for_free(case: Case, *, asked: bool) -> Finding:
    """What the rules say of `case`; where no model is `asked`, its item model's solver as well."""
    model = None if asked else models().get(str(case.draft.family))
    paid = ("solve", "judge") if asked else ()
    finding = Finding(case.question_id, case.defect, ("check", *paid))
    finding.said["check"] = _refusal(lambda: sound(case.draft))
    if model:
        finding.gates = ("check", "solve")
        finding.said["solve"] = _refusal(lambda: solve.solve(case.draft, model))
    return finding


def _refusal(look: Callable[[], object]) -> str | None:
    try:
        look()
    except Rejected as refused:
        return refused.reason
    return None


async def _ask_about_all(
    to_see: Sequence[Case], findings: Findings, routing: Routing, settings: Settings, book: Book
) -> None:
    from itemwell.generate.vendors import open_vendors  # noqa: PLC0415 - the free gates need no network

    waiting = deque(zip(to_see, findings.all, strict=True))

    async def work(jury: Jury) -> None:
        while waiting and not findings.over:
            await _ask_about(*waiting.popleft(), jury, findings)

    async with open_vendors(settings, book) as vendors:
        jury = Jury(vendors.door, routing, settings.solvers, settings.min_arbiter_score)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(settings.parallel_calls, len(to_see))):
                    group.create_task(work(jury))
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None


async def _ask_about(case: Case, finding: Finding, jury: Jury, findings: Findings) -> None:
    """Have `case` solved and judged, each whatever the other says."""
    drafted = Drafted(case.draft, "", case.author)
    subject = signature(case.draft)
    for gate, ask in (("solve", jury.solve), ("judge", jury.judge)):
        try:
            await ask(drafted, case.slot, subject)
        except Rejected as refused:
            finding.said[gate] = refused.reason
        except LLMError as error:
            findings.wait(error)
            return
        else:
            finding.said[gate] = None
    findings.waits_in_a_row = 0
