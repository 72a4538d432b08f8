"""Twins of a bank as a run opens them, for tests that keep by hand."""

import asyncio

from itemwell.bank import Verified
from itemwell.generate.backfill import require_comparable
from itemwell.generate.embedding import open_embedder, thresholds_of
from itemwell.generate.shelf import put
from itemwell.generate.twins import Twins
from itemwell.settings import Settings
from itemwell.store import questions
from itemwell.store.connect import transact


def twins_of(bank, embedder="hash", cap=3):
    async def opened():
        chosen = await open_embedder(Settings(embedder=embedder))
        await require_comparable(bank, chosen)
        return Twins(bank, chosen, thresholds_of(chosen), cap)

    return asyncio.run(opened())


def look(twins, draft):
    """Where the draft stands; Rejected where it is no question of its own."""
    return asyncio.run(twins.look(draft))


def keep(bank, run, twins, draft):
    """The id of the draft, kept as a run keeps it; Rejected or Unclear where it is not."""
    standing = look(twins, draft)
    twins.leave(standing.candidate.signature)
    gates = {"check": "x", "solve": "x", "judge": "x", "dedup": twins.told(standing)}
    mine = standing.candidate
    verified = Verified(draft=draft, signature=mine.signature, skeleton=mine.skeleton, gates=gates)
    transact(bank, lambda db: put(db, twins, verified, standing, cap=1_000, run_id=run.id))
    with bank.connect() as db:
        return questions.holds(db, verified.signature)
