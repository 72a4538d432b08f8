"""The time that several need for one job together.

Hard by the number of `workers`, and by how many are `joining` after the first has begun. Typical
errors: taking the mean of the times, halving a time, adding the time alone to the time that all
would need for the whole job.
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from operator import mul
from random import Random
from typing import NamedTuple

from itemwell.bank import Posed
from itemwell.templates.english import listed
from itemwell.templates.math.amounts import right, whole
from itemwell.templates.math.slips import Slip, Task, drawing
from itemwell.templates.model import Features, ItemModel
from itemwell.templates.people import people

WHOLE_JOB = 5_040
"""In units of which everybody does a whole number a minute."""

TIMES_ALONE = {  # by the number of workers; three need rounder ones
    2: [minutes for minutes in range(12, 121) if WHOLE_JOB % minutes == 0],
    3: [minutes for minutes in range(12, 121) if 360 % minutes == 0],
}
JOBS = (
    "paint a fence",
    "wash the windows of a house",
    "pack a batch of parcels",
    "rake a lawn",
    "sort a pile of letters",
    "peel a sack of potatoes",
    "stuff a stack of envelopes",
    "label a crate of jars",
)


class Worker(NamedTuple):
    name: str
    alone: int  # minutes for the whole job
    start: int  # minutes after the first one's start


def attempt(rng: Random, features: Features) -> Task | None:
    """None where the time together is not whole, or the job is done before all have come."""
    size, joining = features["workers"], features["joining"]
    alone, starts = rng.sample(TIMES_ALONE[size], size), sorted(rng.sample(range(4, 41), joining))
    starts = [0] * (size - joining) + starts
    paces = [WHOLE_JOB // minutes for minutes in alone]
    minutes, uneven = divmod(WHOLE_JOB + sum(map(mul, starts, paces)), sum(paces))
    if uneven or minutes < starts[-1] + 2:
        return None
    workers = [Worker(*each) for each in zip(people(rng, size), alone, starts, strict=True)]
    stem = f"{told(rng.choice(JOBS), workers)} {asked(workers)}"
    shares = [
        f"{worker.name} does {Fraction(minutes - worker.start, worker.alone)}" for worker in workers
    ]
    explanation = f"In {minutes} minutes, {listed(shares)} of the job: together the whole of it."
    return Task(stem, minutes, [*slips_of(workers, minutes)], explanation, whole("minutes"))


def told(job: str, workers: Sequence[Worker]) -> str:
    times = [f"{worker.name} needs {worker.alone} minutes" for worker in workers]
    return (
        f"To {job} alone, {listed(times)}. Each of them works at a steady pace, alone or together."
    )


def asked(workers: Sequence[Worker]) -> str:
    later = [
        f"{worker.name} joins {worker.start} minutes after the start"
        for worker in workers
        if worker.start
    ]
    if not later:
        return f"How long do {listed([worker.name for worker in workers])} need together?"
    return f"{workers[0].name} starts alone; {listed(later)}. How long after the start is the job done?"


def slips_of(workers: Sequence[Worker], minutes: int) -> Iterator[Slip]:
    alone, size = [worker.alone for worker in workers], len(workers)
    first, last, mean = alone[0], workers[-1].start, Fraction(sum(alone), size)
    if last:
        at_once = 1 / sum((Fraction(1, minutes) for minutes in alone), Fraction(0))
        yield Slip(last + at_once, "adds the wait to the time that all need for the whole job")
        yield Slip(minutes - last, "counts only from when all are at work")
        yield Slip(at_once, "lets all start at once")
        yield Slip(
            last + Fraction(first - last, size), "shares the rest of the first one's time equally"
        )
        yield Slip(first - last, "takes the wait off the first one's time")
        yield Slip(last + mean, "adds the wait to the mean of the times")
    else:
        yield Slip(max(alone) - min(alone), "subtracts the times")
    yield Slip(mean, "takes the mean of the times")
    yield Slip(mean / size, "divides the mean of the times among the workers")
    yield Slip(Fraction(min(alone), size), "divides the fastest one's time among the workers")
    yield Slip(Fraction(max(alone), size), "divides the slowest one's time among the workers")
    yield Slip(min(alone), "counts only the fastest one")
    yield Slip(
        Fraction(min(alone), size + 1), "divides the fastest one's time by one worker too many"
    )
    yield Slip(sum(alone), "adds the times")


def solve(posed: Posed) -> list[int]:
    """Lets everyone work until each option's time, and checks that just one job is done."""
    alone = re.findall(r"(\w+) needs ([1-9]\d{0,2}) minutes", posed.stem)
    starts = dict(re.findall(r"(\w+) joins (\d{1,3}) minutes after the start", posed.stem))
    if not re.search(r"need together\?$|is the job done\?$", posed.stem):
        return []
    crew = [(int(minutes), int(starts.get(name, 0))) for name, minutes in alone]
    return right(posed, "minutes", lambda time: work_done(crew, time) == 1)


def work_done(crew: Sequence[tuple[int, int]], time: Fraction) -> Fraction:
    """How much of the job the crew of times alone and starts has done by then."""
    return sum((max(Fraction(0), time - start) / alone for alone, start in crew), Fraction(0))


MODEL = ItemModel(
    name="math.work_together",
    asks="Find how long several people need for a job together.",
    levels={
        "easy": {"workers": 2, "joining": 0},
        "medium": {"workers": 2, "joining": 1},
        "hard": {"workers": 3, "joining": 2},
    },
    draw=drawing(attempt),
    solve=solve,
)
