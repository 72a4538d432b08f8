#!/usr/bin/env python3
"""Kills runs of `itemwell generate --source models` and counts what was paid, lost and paid again.

    python scripts/faults/sigkill_models.py --kills 500 --count 40

The vendors are the double, in a process of its own, and its bill is the truth. Each kill is followed
by the next run of the same order, until one ends by itself. Beside it stands a loop with the bare
SDK that inserts at the end (naive.py), killed likewise. Exits 1 where anything is not as it should be.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from banks import a_bank, engine
from forks import start
from sigkill import HELD, MET, WRONG
from sqlalchemy import text

from itemwell.double import apart
from itemwell.generate.vendors import AHEAD

AT_ONCE = 8
BOOKED = AT_ONCE // AHEAD
BRAIN = "itemwell.double.cast:cast"
NO_BUDGET = "1000000"
PLAIN = {
    "PARALLEL_CALLS": str(AT_ONCE),
    "OPENAI_MODEL": "gpt-5-mini",
    "EMBEDDER": "hash",
    "ENEMIES_PER_QUESTION": "1000000",  # the double writes all by one template
    **dict.fromkeys(["BUDGET_PER_RUN", "BUDGET_PER_DAY", "BUDGET_PER_MONTH"], NO_BUDGET),
}

FIGURES = {
    "rows": "SELECT count(*) FROM llm_calls",
    "answered": "SELECT count(*) FROM llm_calls WHERE state = 'answered'",
    "in flight": "SELECT count(*) FROM llm_calls WHERE state = 'asked'",
    "most in flight": "SELECT coalesce(max(n), 0) FROM"
    " (SELECT count(*) AS n FROM llm_calls WHERE state = 'asked' GROUP BY run_id) AS each",
    "again": "SELECT count(*) - count(DISTINCT (slot_id, attempt, stage, seat, subject)) FROM llm_calls",
}
PLACE = "(slot_id, attempt, stage, seat, subject)"
AMISS = {
    **WRONG,
    "places answered and paid twice": f"SELECT count(*) - count(DISTINCT {PLACE}) FROM llm_calls"
    " WHERE state = 'answered'",
    "calls for what was on record": "SELECT count(*) FROM llm_calls AS a JOIN llm_calls AS b"
    " USING (slot_id, attempt, stage, seat, subject)"
    " WHERE b.state = 'answered' AND b.ended_at < a.created_at",
    "kept without its paid answers on record": "SELECT count(*) FROM questions AS q WHERE"
    " (SELECT count(*) FILTER (WHERE stage = 'draft') < 1 OR count(*) FILTER (WHERE stage = 'solve') < 2"
    " OR count(*) FILTER (WHERE stage = 'judge') < 1 FROM llm_calls AS c JOIN generation_slots AS s"
    " ON s.id = c.slot_id AND s.attempts = c.attempt WHERE s.id = q.slot_id AND c.state = 'answered')",
    "left in flight by a run that was not killed": "SELECT count(*) FROM llm_calls AS c JOIN job_runs AS r"
    " ON r.id = c.run_id WHERE c.state = 'asked' AND r.status <> 'stale'",
    "dollars that rows and spending differ by": "SELECT ((SELECT sum(price_usd) FROM llm_calls)"
    " - (SELECT sum(usd) FROM llm_spending))::float",
}


class Killing:
    """Runs of one program, killed at random moments between their first call and their end."""

    def __init__(self, double, environment, folder, chance):
        self.double, self.environment, self.chance = double, environment, chance
        self.log = Path(folder) / "log"
        self.killed = self.before_any_call = 0
        self.first = self.whole = 0.0

    def calls(self):
        return self.double.seen["count"]

    def measure(self, program, arguments):
        """Let it run, to learn when its first call comes and how long it takes; the first time warms up."""
        self.first = 0.0
        began, before = time.monotonic(), self.calls()
        process = start(program, arguments, self.environment, self.log)
        while process.is_alive():
            if not self.first and self.calls() > before:
                self.first = time.monotonic() - began
            process.join(0.02)
        self.whole = time.monotonic() - began
        self.require(process, 0)

    def until_met(self, program, arguments, kills, longest):
        """The same again until it ends well by itself; up to `kills` of them are killed."""
        while True:
            before = self.calls()
            process = start(program, arguments, self.environment, self.log)
            if self.killed < kills:
                self.wait(process, before, longest)
            if self.killed < kills and process.is_alive():
                process.kill()
                self.killed += 1
                process.join()
                self.before_any_call += self.calls() == before
                continue
            process.join()
            return self.require(process, 0)

    def wait(self, process, before, longest):
        """Until a random moment after the first call; in one of ten cases before it."""
        early = self.chance.random() < 0.1
        patience = self.chance.uniform(0.0, self.first) if early else 60.0
        end = time.monotonic() + patience
        while process.is_alive() and self.calls() == before and time.monotonic() < end:
            process.join(0.02)
        if not early:
            process.join(self.chance.uniform(0.0, min(longest, 1.1 * (self.whole - self.first))))

    def require(self, process, status):
        if process.exitcode != status:
            sys.exit(f"a run ended with {process.exitcode}: {self.log.read_text()[-2000:]}")


def asked_of(environment):
    bank = engine(environment["DATABASE_URL"])
    with bank.connect() as db:
        figures = {name: db.execute(text(query)).scalar_one() for name, query in FIGURES.items()}
        amiss = {name: db.execute(text(query)).scalar_one() for name, query in AMISS.items()}
        figures["held"], figures["met"] = (db.execute(text(q)).scalar_one() for q in (HELD, MET))
        known = db.scalars(text("SELECT vendor_request_id FROM llm_calls WHERE state <> 'asked'"))
        figures["known"] = {each.rpartition("_")[2].rpartition("-")[2] for each in known if each}
    bank.dispose()
    return figures, amiss


def ours(killing, kills, count):
    """Figures of our runs, and what is amiss with them."""
    order = ["generate", "--source", "models", "--json", "--count", str(count)]
    for _ in range(2):
        killing.measure("itemwell.cli:main", order)
    while killing.killed < kills:
        killing.until_met("itemwell.cli:main", order, kills, longest=2.0)
        print(f"{killing.killed} kills", file=sys.stderr, flush=True)
    figures, amiss = asked_of(killing.environment)
    bill = killing.double.bill["requests"]
    delivered = [each for each in bill if each["delivered"]]
    unknown = [each for each in delivered if each["request_id"] not in figures["known"]]
    figures |= {
        "kills": killing.killed,
        "early": killing.before_any_call,
        "charged": len(bill),
        "unknown": len(unknown),
        "twice": amiss["signatures kept twice"],
    }
    amiss |= {
        "questions too few or too many": figures["held"] - figures["met"] * count,
        "received answers lost": max(0, len(unknown) - figures["in flight"]),
        "charges without a row": max(0, len(bill) - figures["rows"]),
        "calls paid again beyond those in flight": max(0, figures["again"] - figures["in flight"]),
        f"calls beyond {AT_ONCE} under way and {BOOKED} booked ahead at a kill": max(
            0, figures["most in flight"] - AT_ONCE - BOOKED
        ),
    }
    figures["lost"] = amiss["received answers lost"] + amiss["calls for what was on record"]
    return figures, amiss


def theirs(killing, kills, count):
    """The same for the naive loop: what it paid, what of that it kept."""
    double, environment = killing.double, killing.environment
    before = double.bill["calls"]
    if not kills:
        return dict.fromkeys(("kills", "charged", "lost", "twins"), 0)
    for orders in range(2):
        killing.measure("naive:main", ["--count", str(count), "--order", str(orders)])
    orders = 2
    while killing.killed < kills:
        killing.until_met(
            "naive:main", ["--count", str(count), "--order", str(orders)], kills, 600.0
        )
        orders += 1
    bank = engine(environment["DATABASE_URL"])
    with bank.connect() as db:
        twins = db.scalar(
            text("SELECT count(*) - count(DISTINCT (question_order, place)) FROM naive")
        )
    bank.dispose()
    charged = double.bill["calls"] - before
    needed = 4 * count * orders
    return {"kills": killing.killed, "charged": charged, "lost": charged - needed, "twins": twins}  # fmt: skip


def table(figures, naive):
    """Both in one table, a line each."""

    def each(number, kills):
        return f"{number:>8} {number / max(kills, 1):>9.2f}"

    k, n = figures["kills"], naive["kills"]
    yield f"{'':44}{'itemwell':>18}{'naive loop':>20}"
    yield f"{'':44}{'all':>8} {'per kill':>9}  {'all':>8} {'per kill':>9}"
    yield f"{'SIGKILLs':44}{k:>8} {'':9}  {n:>8}"
    lines = [
        ("calls charged", figures["charged"], naive["charged"]),
        ("paid answers lost or asked again", figures["again"], naive["lost"]),
        ("of them received before the kill", figures["lost"], naive["lost"]),
        ("calls in flight at the kills", figures["in flight"], None),
        ("of them delivered, not yet on record", figures["unknown"], None),
        ("questions stored twice", figures["twice"], naive["twins"]),
    ]
    for name, our, their in lines:
        yield f"{name:44}{each(our, k)}  {'' if their is None else each(their, n)}"


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=500)
    options.add_argument("--count", type=int, default=40)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--naive", type=int, default=50, help="kills of the naive loop")
    options.add_argument("--bank", help="an empty bank's URL [an embedded one]")
    options.add_argument("--latency", type=float, default=0.05)
    asked = options.parse_args()

    with (
        a_bank(asked.bank) as home,
        tempfile.TemporaryDirectory(prefix="itemwell-kills-") as folder,
        apart(brain=BRAIN, latency=asked.latency, sigma=0.5, seed=asked.seed) as double,
    ):
        environment = {**home, **double.environment, **PLAIN}
        chance = random.Random(asked.seed)
        figures, amiss = ours(
            Killing(double, environment, folder, chance), asked.kills, asked.count
        )
        naive = theirs(Killing(double, environment, folder, chance), asked.naive, asked.count)
    print(
        f"{figures['kills']} SIGKILLs ({figures['early']} before the first call),"
        f" {figures['met']} orders of {asked.count} met, {figures['held']} questions in the bank,"
        f" at most {figures['most in flight']} of {AT_ONCE + BOOKED} calls open"
    )
    print("\n".join(table(figures, naive)))
    print("\n".join(f"{number:6g} {name}" for name, number in amiss.items()))
    sys.exit(any(amiss.values()))


if __name__ == "__main__":
    main()
