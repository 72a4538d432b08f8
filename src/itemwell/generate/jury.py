"""Who solves blind and who judges: seats -> asks -> answers -> the stage's word, or its refusal.

Where a model gives nothing to go by the next seat is asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from itemwell.bank import Draft, Slot
from itemwell.errors import Rejected
from itemwell.generate import dedup, judge, solve
from itemwell.generate.dedup import Relation
from itemwell.generate.desk import Drafted
from itemwell.generate.routing import ModelName, Routing
from itemwell.llm.door import Kind, LLMError, Model, Reply
from itemwell.llm.journal import FROM_THE_JOURNAL

Answer = TypeVar("Answer")

UNUSABLE: set[Kind] = {"refused", "truncated", "invalid", "too_large"}
"""The model was asked and paid, and gave nothing to go by: another may."""

MORE_SEATS = 3
"""So many others are asked in one run where solvers or arbiters give nothing to go by."""

MOST_SEATS = 12
"""Where none of so many could say anything the draft is refused: it does not wait for ever."""


class Door(Protocol):
    """One model that asks several in order; the `last` ones where none of the others can be asked."""

    def __call__(self, names: Sequence[ModelName], last: Sequence[ModelName] = (), /) -> Model: ...


class Unscored(LLMError):
    """No arbiter or too few solvers said anything: the draft waits, what was paid for it is kept."""


@dataclass(frozen=True, slots=True)
class Jury:
    """Solvers and arbiters. `subject` is the signature of what they look at."""

    door: Door
    routing: Routing
    solvers: int
    least_score: float

    async def solve(self, drafted: Drafted, slot: Slot, subject: str) -> str:
        """Who found the key. Raises Rejected where a solver did not, LLMError where none could be asked."""

        async def vote(seat: int) -> solve.Vote:
            ask, letters = solve.asking(drafted.draft, slot, seat=seat, subject=subject)
            names = self.routing.solvers(slot.stratum.question_type, drafted.vendor, seat)
            reply = await self.door(names)(ask)
            assert isinstance(reply.answer, solve.Solution)
            return solve.Vote(_who(reply), solve.read(reply.answer, letters))

        votes = await _from_seats(vote, self.solvers, solve.STAGE)
        return solve.agreed(drafted.draft, votes)

    async def judge(self, drafted: Drafted, slot: Slot, subject: str) -> str:
        """Who passed it. Raises Rejected where the arbiter did not, LLMError where none could be asked."""

        async def verdict(seat: int) -> tuple[str, judge.Verdict]:
            ask = judge.asking(drafted.draft, slot, seat=seat, subject=subject)
            kind, author = slot.stratum.question_type, drafted.vendor
            names = self.routing.arbiters(kind, author, seat)
            last = self.routing.last_arbiters(kind, author)
            reply = await self.door(names, last)(ask)
            assert isinstance(reply.answer, judge.Verdict)
            return _who(reply), reply.answer

        [(arbiter, said)] = await _from_seats(verdict, 1, judge.STAGE)
        return judge.judge(said, slot.stratum.difficulty, self.least_score, arbiter)

    async def compare(
        self,
        drafted: Drafted,
        slot: Slot,
        grey: Sequence[Relation],
        others: Mapping[int, Draft],
        subject: str,
    ) -> list[Relation]:
        """`grey` as an arbiter tells them apart. Raises LLMError where none could be asked."""

        async def comparison(seat: int) -> list[Relation]:
            ask = dedup.asking(drafted.draft, others, slot, seat=seat, subject=subject)
            kind, author = slot.stratum.question_type, drafted.vendor
            names = self.routing.arbiters(kind, author, seat)
            last = self.routing.last_arbiters(kind, author)
            reply = await self.door(names, last)(ask)
            assert isinstance(reply.answer, dedup.Comparison)
            try:
                return dedup.read(reply.answer, grey, _who(reply))
            except ValueError as error:
                paid_now = FROM_THE_JOURNAL not in reply.notes
                why = f"{_who(reply)}: {error}"
                raise LLMError("invalid", why, perhaps_billed=paid_now) from error

        [told] = await _from_seats(comparison, 1, dedup.STAGE)
        return told


async def _from_seats(
    ask: Callable[[int], Awaitable[Answer]], wanted: int, stage: str
) -> list[Answer]:
    """`wanted` answers, from the first seats at once and then from further ones.

    Raises Rejected where MOST_SEATS gave nothing to go by, Unscored where this run asked enough of
    them, and any other LLMError as it comes.
    """
    answers: list[Answer] = []
    seat, asked_anew = 0, 0
    last: LLMError | None = None
    while len(answers) < wanted:
        missing = wanted - len(answers)
        if seat + missing > MOST_SEATS:
            raise Rejected(stage, f"{seat} models gave nothing to go by: {last}")
        if asked_anew >= MORE_SEATS and last:
            raise Unscored(last.kind, f"{stage}: {asked_anew} models gave nothing to go by: {last}")
        tasks = [asyncio.ensure_future(ask(seat + place)) for place in range(missing)]
        seat += missing
        for outcome in await _all(tasks):
            if isinstance(outcome, LLMError):
                last = outcome
                asked_anew += outcome.price_usd is not None or outcome.perhaps_billed
            else:
                answers.append(outcome)
    return answers


async def _all(tasks: Sequence["asyncio.Future[Answer]"]) -> list[Answer | LLMError]:
    """The outcome of each; all are waited for, so that what was paid for is written down."""
    try:
        found = await asyncio.gather(*tasks, return_exceptions=True)
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
    for outcome in found:
        if isinstance(outcome, BaseException) and not _unusable(outcome):
            raise outcome
    return found  # type: ignore[return-value]


def _unusable(outcome: BaseException) -> bool:
    return isinstance(outcome, LLMError) and outcome.kind in UNUSABLE


def _who(reply: Reply) -> str:
    return f"{reply.vendor} {reply.model}"
