#!/usr/bin/env python3
"""Runs that share budgets, 64 calls at once, with vendors whose usage figures are odd: nothing overspent.

    python scripts/faults/budget.py --runs 200

Eight runs at a time in one process, each with a budget of its own, all with the limits of the day,
the month and a vendor; some are cancelled and go on with what is left. What was spent is the double's
bill at list price, from the true tokens. Exits 1 where it is above any limit.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

from banks import a_bank, engine
from pydantic import BaseModel
from sqlalchemy import text

from itemwell.double import Double, Fault
from itemwell.generate.money.book import Book
from itemwell.generate.routing import ModelName
from itemwell.generate.vendors import open_vendors
from itemwell.llm.door import Ask, LLMError, Usage
from itemwell.llm.prices import Prices
from itemwell.settings import load
from itemwell.store.calls import Limits

FAULTS = [
    Fault.USAGE_MISSING, Fault.USAGE_NEGATIVE, Fault.USAGE_ABSURD, Fault.RESET_IN_BODY, Fault.NOT_JSON,
    Fault.MAX_TOKENS,
]  # fmt: skip
NAMES = [
    ModelName("openai", "gpt-5-mini"),
    ModelName("anthropic", "claude-haiku-4-5"),
    ModelName("google", "gemini-2.5-flash"),
]
PRICES = Prices()
TOKENS = 400
SUMS = "SELECT (SELECT sum(price_usd) FROM llm_calls), (SELECT sum(usd) FROM llm_spending)"
CENT = Decimal("0.01")


class Word(BaseModel):
    said: str


class Runs:
    """Runs against one double, on one bank, and whose run each charge is."""

    def __init__(self, bank, double, settings, spool, chance):
        self.bank, self.double, self.settings = bank, double, settings
        self.spool, self.chance = spool, chance
        self.kinds, self.cancelled = Counter(), 0

    async def one(self, number, limits, budget, calls):
        """A run; every third is cancelled at any moment, and goes on as the same order."""
        spent = Decimal(0)
        rests = [self.chance.uniform(0.0, 0.5)] if number % 3 == 0 else []
        for seconds in (*rests, None):
            book = Book(self.bank, None, limits, budget, spent, self.spool)
            task = asyncio.create_task(self._asks(book, number, calls))
            if seconds is not None:
                await asyncio.wait({task}, timeout=seconds)
                self.cancelled += task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if book.reserved:
                sys.exit(f"run {number} left {book.reserved} reserved")
            spent = book.spent
        return spent

    async def _asks(self, book, number, calls):
        turn = number % len(NAMES)
        names = [*NAMES[turn:], *NAMES[:turn]]
        async with open_vendors(self.settings, book) as vendors:
            door = vendors.door(names)
            async with asyncio.TaskGroup() as group:
                for seat in range(calls):
                    group.create_task(self._ask(door, number, seat, book.calls))

    async def _ask(self, door, number, seat, before):
        prompt = f"Run {number}, say something of any length."
        place = {"slot_id": "", "attempt": before, "seat": seat}
        try:
            await door(Ask("draft", "Speak.", prompt, Word, max_output_tokens=TOKENS, **place))
        except LLMError as error:
            self.kinds[error.kind] += 1
        else:
            self.kinds["answered"] += 1


def paid(double, owners):
    """True US dollars by vendor and by run."""
    by_vendor, by_run = defaultdict(Decimal), defaultdict(Decimal)
    for charge, owner in zip(double.bill, owners, strict=True):
        used = Usage(charge.tokens.input, charge.tokens.cached, charge.tokens.output)
        price = PRICES.of(used, charge.vendor, charge.model)
        by_vendor[charge.vendor] += price
        by_run[owner] += price
    return by_vendor, by_run


async def in_waves(runs, owners, asked):
    """Eight at a time; before each wave every shared limit gets a little more room."""
    amiss = Counter()
    booked, spent, chance = Decimal(0), Decimal(0), runs.chance
    by_vendor = defaultdict(Decimal)
    for first in range(0, asked.runs, 8):
        wave = range(first, min(first + 8, asked.runs))
        room = [chance.randrange(10, 50) * CENT for _ in range(3)]
        limits = Limits(booked + room[0], booked + room[1], {"openai": booked + room[2]})
        budgets = {each: chance.randrange(1, 8) * CENT for each in wave}
        jobs = (runs.one(each, limits, budgets[each], asked.calls) for each in wave)
        told = dict(zip(wave, await asyncio.gather(*jobs), strict=True))
        by_vendor, by_run = paid(runs.double, owners)
        spent = sum(by_vendor.values())
        with runs.bank.connect() as db:
            booked, days = db.execute(text(SUMS)).one()
        amiss["waves above the limit of the day"] += spent > limits.day or booked > limits.day
        amiss["waves above the limit of the month"] += spent > limits.month
        amiss["waves above the limit of the vendor"] += (
            by_vendor["openai"] > limits.vendors["openai"]
        )
        amiss["runs above their own budget"] += sum(by_run[n] > budgets[n] for n in wave)
        amiss["runs that booked more than their budget"] += sum(told[n] > budgets[n] for n in wave)
        amiss["runs that booked less than they paid"] += sum(told[n] < by_run[n] for n in wave)
        amiss["waves whose rows and spending differ"] += booked != days
    return amiss, spent, booked


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--runs", type=int, default=200)
    options.add_argument("--calls", type=int, default=80, help="of each run, 64 at once")
    options.add_argument("--bank", help="an empty bank's URL [an embedded one]")
    asked = options.parse_args()

    chance, owners = random.Random(1), []

    def brain(seen):
        owners.append(int(re.search(r"Run (\d+)", seen.prompt)[1]))
        return {"said": "word " * chance.randrange(1, 500)}

    with (
        a_bank(asked.bank) as environment,
        tempfile.TemporaryDirectory(prefix="itemwell-budget-") as folder,
        Double(brain, latency=0.1, sigma=0.8, fault_rate=0.3, faults=FAULTS) as double,
    ):
        known = {name.lower(): value for name, value in double.environment.items()}
        settings = load({**known, "parallel_calls": 64}).settings
        bank = engine(environment["DATABASE_URL"])
        runs = Runs(bank, double, settings, Path(folder), chance)
        amiss, spent, booked = asyncio.run(in_waves(runs, owners, asked))
        bank.dispose()
    print(f"{asked.runs} runs, {runs.cancelled} cancelled, {len(owners)} calls charged:", end=" ")
    print(f"${spent:.4f} paid at list price, ${booked:.4f} booked")
    print(", ".join(f"{number} {kind}" for kind, number in runs.kinds.most_common()))
    print("\n".join(f"{number:6} {name}" for name, number in amiss.items()))
    sys.exit(any(amiss.values()))


if __name__ == "__main__":
    main()
