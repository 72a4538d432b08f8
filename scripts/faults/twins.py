#!/usr/bin/env python3
"""Kills two writers of the same questions in other words, and shows that no pair enters the bank.

    python scripts/faults/twins.py --kills 50 --pairs 200

Each pair of paraphrases is dealt to two runs of `itemwell generate` under two leases, a side to
each (paraphrases.py). Both are killed at random moments and started again until all is written.
Then every two questions of the bank are compared exactly. Exits 1 where anything is not as it should be.
"""

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from itertools import combinations
from pathlib import Path

import paraphrases
from banks import a_bank, engine
from forks import start
from sigkill import WRONG
from sqlalchemy import text

from itemwell.double import apart
from itemwell.similar.decide import DUPLICATE, decide
from itemwell.similar.forms import side_of
from itemwell.similar.hashing import Hashing
from itemwell.similar.thresholds import DEFAULTS
from itemwell.store import questions, vectors
from itemwell.store.questions import Wanted

VENDORS = dict(zip(paraphrases.WRITERS, ("openai", "google"), strict=True))
PLAIN = {
    "EMBEDDER": "hash",
    "PARALLEL_CALLS": "4",
    "ENEMIES_PER_QUESTION": "1000000",
    **dict.fromkeys(["BUDGET_PER_RUN", "BUDGET_PER_DAY", "BUDGET_PER_MONTH"], "1000000"),
}
IDENTITY = str(Hashing.identity)
UNSEEN = {
    "questions without forms": "SELECT count(*) FROM questions WHERE id NOT IN"
    " (SELECT question_id FROM question_forms)",
    "questions without a vector": "SELECT count(*) FROM questions WHERE id NOT IN"
    f" (SELECT question_id FROM question_vectors WHERE embedder = '{IDENTITY}' AND vector <> '')",
    "decided to be duplicates, and both kept": "SELECT count(*) FROM dedup_decisions AS d"
    " JOIN questions AS q USING (signature) WHERE d.verdict = 'duplicate'"
    " AND d.neighbour_id IN (SELECT id FROM questions)",
    "slots planned twice": "SELECT count(*) - count(DISTINCT (seed, ordinal)) FROM generation_slots",
    "slots without a question": "SELECT count(*) FROM generation_slots WHERE state <> 'kept'",
}
REFUSED = """
    SELECT r.stage, r.reason, r.draft ->> 'stem' AS stem, EXISTS (
        SELECT 1 FROM llm_calls AS c
        WHERE c.slot_id = r.slot_id AND c.attempt = 0 AND c.stage IN ('solve', 'judge')) AS paid
    FROM refusals AS r
"""


class Writer(threading.Thread):
    """One writer's runs, one after the other, until its order is written."""

    def __init__(self, name, double, environment, folder, asked):
        super().__init__(name=name, daemon=True)
        self.double, self.asked = double, asked
        mine = VENDORS[name].upper()
        others = {f"{vendor.upper()}_API_KEY" for vendor in ("openai", "anthropic", "google")}
        keys = others - {f"{mine}_API_KEY"}
        self.environment = {k: v for k, v in environment.items() if k not in keys}
        self.log = Path(folder) / name
        self.chance = random.Random(f"{asked.seed}:{name}")
        self.kills_left = asked.kills // 2
        self.killed, self.status = 0, None

    def calls(self):
        return self.double.seen["vendors"].get(VENDORS[self.name], 0)

    def run(self):
        order = ["generate", "--source", "models", "--types", "math", "--json"]
        order += ["--count", str(self.asked.pairs), "--seed", self.name, "--lease", self.name]
        while self.status is None:
            before = self.calls()
            process = start("itemwell.cli:main", order, self.environment, self.log)
            if self.kills_left:
                self.kill(process, before)
            process.join()
            if process.exitcode == 0:
                self.status = 0
            elif process.exitcode != -9:
                self.status = f"{process.exitcode}: {self.log.read_text()[-2000:]}"

    def kill(self, process, before):
        """At a random moment from its first call on; now and then before that."""
        early = self.chance.random() < 0.1
        while not early and process.is_alive() and self.calls() == before:
            process.join(0.02)
        process.join(self.chance.uniform(0, self.asked.longest))
        if process.is_alive():
            process.kill()
            self.killed += 1
            self.kills_left -= 1


def exactly(bank):
    """Pairs of questions of the bank that are duplicates, every two of them compared."""
    held = list(questions.listed(bank, Wanted()))
    with bank.connect() as db:
        rows = vectors.of(db, IDENTITY, [each.id for each in held])
    sides = {each.id: side_of(each.draft) for each in held}
    return sum(
        decide(sides[a.id], sides[b.id], float(rows[a.id] @ rows[b.id]), DEFAULTS["hash"]).kind
        == DUPLICATE
        for a, b in combinations(held, 2)
    )


def tally(bank, count):
    """How many sides of each pair were kept, and where the others were caught; what is amiss."""
    pair_of = paraphrases.dealt()[2]
    stems = [each.draft.stem for each in questions.listed(bank, Wanted())]
    sides = Counter(pair_of[stem] for stem in stems if stem in pair_of)
    with bank.connect() as db:
        amiss = {name: db.scalar(text(query)) for name, query in (WRONG | UNSEEN).items()}
        refused = [each for each in db.execute(text(REFUSED)) if each.stem in pair_of]
    caught = Counter(
        "elsewhere" if each.stage != "dedup"
        else "by the arbiter" if ", says " in each.reason
        else "caught at keep" if each.paid
        else "caught before paying"
        for each in refused
    )  # fmt: skip
    amiss["pairs with both sides kept"] = sum(number > 1 for number in sides.values())
    amiss["pairs with no side kept"] = count - len(sides)
    amiss["duplicates among every two questions"] = exactly(bank)
    amiss["sides refused for another reason"] = caught.pop("elsewhere", 0)
    amiss["questions too few or too many"] = len(stems) - 2 * count
    amiss["sides neither kept nor refused"] = 2 * count - sides.total() - len(refused)
    return sides, caught, amiss


def write(asked, environment, double, folder):
    """Both writers to their end; how often they were killed."""
    writers = [
        Writer(name, double, environment | double.environment, folder, asked)
        for name in paraphrases.WRITERS
    ]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        writers[0].join(5)
        writers[1].join(5)
        killed = sum(writer.killed for writer in writers)
        print(f"{killed} kills, {double.seen['asks']} calls", file=sys.stderr, flush=True)
    for writer in writers:
        if writer.status != 0:
            sys.exit(f"a run ended with {writer.status}")
    return sum(writer.killed for writer in writers)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--kills", type=int, default=50)
    options.add_argument("--pairs", type=int, default=200)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--bank", help="an empty bank's URL [an embedded one]")
    options.add_argument("--latency", type=float, default=0.05)
    options.add_argument("--longest", type=float, default=1.0, help="seconds from call to kill")
    asked = options.parse_args()

    paths = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    os.environ |= {"PAIRS": str(asked.pairs), "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    began = time.monotonic()
    with (
        a_bank(asked.bank) as home,
        tempfile.TemporaryDirectory(prefix="itemwell-twins-") as folder,
        apart(
            brain="paraphrases:brain", latency=asked.latency, sigma=0.5, seed=asked.seed
        ) as double,
    ):
        killed = write(asked, {**home, **PLAIN}, double, folder)
        bank = engine(home["DATABASE_URL"])
        sides, caught, amiss = tally(bank, asked.pairs)
        bank.dispose()
    amiss["kills too few"] = 2 * (asked.kills // 2) - killed
    lines = {
        "SIGKILLs": killed,
        "pairs of paraphrases": asked.pairs,
        "both sides kept": amiss["pairs with both sides kept"],
        "one side kept": sum(number == 1 for number in sides.values()),
        **{name: caught[name] for name in ("caught before paying", "caught at keep", "by the arbiter")},
    }  # fmt: skip
    print(f"{killed} SIGKILLs of two writers in {time.monotonic() - began:.0f} s")
    print("\n".join(f"{name:28}{number:>8}" for name, number in lines.items()))
    print("\n".join(f"{number:6g} {name}" for name, number in amiss.items()))
    sys.exit(any(amiss.values()))


if __name__ == "__main__":
    main()
