"""Pairs of paraphrases, each side for another writer, and the brain of a double that writes them.

A side is dealt by the mark of the ask: the same slot of the same writer gets the same side again,
however often the writer was killed; in place of a side that is refused it writes a story. The solver knows every key; the arbiter of twins knows the pairs.
"""

import json
import os
import re
from functools import cache
from itertools import chain, cycle, islice
from pathlib import Path
from random import Random

from itemwell.bank import Slot, Stratum
from itemwell.double.cast import HOLDERS, PLACES, THINGS, data, solved
from itemwell.generate.author import Written, laid_out
from itemwell.generate.check import check
from itemwell.generate.prompts import mark_of
from itemwell.similar.decide import DUPLICATE, GREY, decide
from itemwell.similar.embed import text_of
from itemwell.similar.forms import side_of
from itemwell.similar.hashing import Hashing
from itemwell.similar.thresholds import DEFAULTS

WRITERS = ("one", "two")
"""The seeds of their orders, so that each has slots of its own."""

SHIPPED = Path(__file__).parents[2] / "src/itemwell/similar/pairs.jsonl"
STORY = "A {who} has {many} {holder} with {each} {thing} in each, and sells {sold} of the {thing}. How many {thing} are left?"
ANEW = (
    "How many {thing} are left if a {who} has {many} {holder} with {each} {thing} in each, and sells {sold} of the {thing}?",
    "{many} {holder} hold {each} {thing} each; the {who} who has them sells {sold}. What number of {thing} is left?",
    "Q7. A {who} has {many} {holder} with {each} {thing} in each, and sells {sold} of the {thing}.  How many {thing} are left ?",
)
SCORES = dict.fromkeys(("clarity", "validity", "formatting", "creativity"), 0.9)


@cache
def pairs(count):
    """`count` pairs of questions that rule or arbiter must tell; each pair with a key of its own.

    Both sides pass every free rule, and by hash the rule calls them duplicates, or leaves them grey.
    """
    shipped = [json.loads(line) for line in SHIPPED.read_text("utf-8").splitlines()]
    known = [(each["a"], each["b"]) for each in shipped if each["label"] == "dup"]
    keyed = [(sides, f"{1_003 + 10 * place} units") for place, sides in enumerate(known)]
    found = (
        tuple(question(side, key) for side in sides)
        for sides, key in chain(keyed, stories(Random("paraphrases")))
    )
    return list(islice((pair for pair in found if tells(*pair)), count))


def stories(chance):
    """Word problems in other words, without end."""
    for anew in cycle(ANEW):
        many, each = chance.sample(range(11, 99), 2)
        words = {"many": many, "each": each, "sold": chance.randrange(10, many * each // 2)}
        names = {"who": PLACES, "holder": HOLDERS, "thing": THINGS}
        words |= {name: chance.choice(values) for name, values in names.items()}
        sides = [form.format(**words) for form in (STORY, anew)]
        yield sides, f"{many * each - words['sold']} {words['thing']}"


def question(stem, key):
    """What an author hands in."""
    number = re.search(r"\d+", key)[0]
    wrong = [key.replace(number, str(int(number) + step)) for step in (2, 5, 9, 14)]
    return {
        "stimulus": None,
        "stem": stem,
        "right_option": key,
        "distractors": [
            {"text": each, "misconception": f"Somebody who counts {each}."} for each in wrong
        ],
        "explanation": f"Counted step by step, it comes to {key}.",
        "quotation": None,
    }


def tells(one, other):
    """Whether this pair is one that may not enter a bank."""
    drafts = [draft_of(each) for each in (one, other)]
    if any(map(check, drafts)):
        return False
    first, second = Hashing().embed([text_of(each.stem, each.right.text) for each in drafts])
    verdict = decide(*map(side_of, drafts), float(first @ second), DEFAULTS["hash"])
    return verdict.kind in {DUPLICATE, GREY}


def filler(mark):
    """What is written instead of a side that was refused: a story of its own."""
    (stem, _), key = next(stories(Random(mark)))
    return question(stem, key)


def draft_of(written):
    slot = Slot(0, Stratum("math", "medium"), 0, "pairs")
    return laid_out(Written.model_validate(written), slot)


@cache
def dealt():
    """The question of each ask for a draft, by its mark; the keys and the pair of each stem."""
    both = pairs(int(os.environ["PAIRS"]))
    by_mark = {
        mark_of(writer, place, 0, "draft"): pair[side]
        for place, pair in enumerate(both)
        for side, writer in enumerate(WRITERS)
    }
    keys = {each["stem"]: each["right_option"] for pair in both for each in pair}
    pair_of = {each["stem"]: place for place, pair in enumerate(both) for each in pair}
    return by_mark, keys, pair_of


def brain(seen):
    """Author, solver, arbiter, or the arbiter of twins."""
    by_mark, keys, pair_of = dealt()
    fields = seen.schema["properties"]
    if "stem" in fields:
        mark = re.search(r"<data-(\w+)>", seen.system)[1]
        return by_mark.get(mark) or filler(mark)
    asked = data(seen)
    if "neighbours" in fields:
        mine = pair_of.get(asked["new"]["stem"])
        told = [
            (each["id"], "same" if pair_of.get(each["stem"], -1) == mine else "different")
            for each in asked["held"]
        ]
        return {
            "neighbours": [{"id": name, "why": "Known.", "relation": said} for name, said in told]
        }
    if "right" in fields:
        key = keys.get(asked["stem"]) or str(solved(asked))
        right = [
            each["id"]
            for each in asked["options"]
            if key in (each["text"], each["text"].split()[0])
        ]
        return {"working": "Known.", "right": right}
    return {"comments": "Known.", "defects": [], **SCORES, "difficulty": "medium"}
