"""Twins of a bank as a run opens them, for tests that keep by hand."""

import asyncio

from itemwell.generate.backfill import require_comparable
from itemwell.generate.embedding import open_embedder
from itemwell.generate.twins import Twins, thresholds_of
from itemwell.settings import Settings


def twins_of(bank, embedder="hash", cap=3):
    async def opened():
        chosen = await open_embedder(Settings(embedder=embedder))
        await require_comparable(bank, chosen)
        return Twins(bank, chosen, thresholds_of(chosen), cap)

    return asyncio.run(opened())


def look(twins, draft):
    """Where the draft stands; Rejected where it is no question of its own."""
    return asyncio.run(twins.look(draft))
