"""The job: read -> assess -> keep with the run."""

from collections import Counter

from sqlalchemy import Connection, Engine

from itemwell.errors import ConfigError, Exit, Outcome
from itemwell.readiness.assess import Readiness, assess
from itemwell.store import calibrations, runs
from itemwell.store.connect import transact
from itemwell.store.runs import Run


def run(bank: Engine, under: Run, *, required: bool = False) -> list[Readiness]:
    """How each type stands; outcome and findings stay with the run.

    A type that is not ready is no failure of the run, unless all are `required` to be.
    """
    found = transact(bank, _read)
    ready = sum(each.ready for each in found)
    facts = {each.question_type: each.missing for each in found}
    transact(bank, lambda db: runs.annotate(db, under, missing=facts))
    under.counts = {"types": len(found), "ready": ready}
    told = f"{ready} of {len(found)} question types can carry an adaptive test"
    if required and ready < len(found):
        under.outcome = Outcome(Exit.FAILED, "not_ready", told, "see what is missing above")
    else:
        under.outcome = Outcome(Exit.OK, "ready" if ready == len(found) else "not_ready", told)
    return found


def _read(db: Connection) -> list[Readiness]:
    traits = {each.question_id: each for each in calibrations.traits(db) if each.status == "active"}
    if not traits:
        raise ConfigError("the bank has no active question", "write some: itemwell generate")
    published = [
        (traits[each.question_id].question_type, each)
        for each in calibrations.in_force(db)
        if each.question_id in traits
    ]
    return assess(Counter(each.question_type for each in traits.values()), published)
