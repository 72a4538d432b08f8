"""Brains that play the parts of `itemwell generate`: an author, a solver and an arbiter.

The author writes word problems that pass every free rule, a different one for each ask; the solver
reads the question and computes the answer, blind; the arbiter computes it too. So a run against the
double goes all the way with real content, and a wrong key is found.
"""

import json
import re
from hashlib import sha256
from random import Random
from typing import Any

from itemwell.double.mind import Reply
from itemwell.double.seen import Seen

THINGS = (
    "pens", "apples", "stamps", "tickets", "bricks", "candles", "tiles", "coins", "cards", "seeds",
    "plates", "nails", "books", "eggs", "lamps", "ropes", "jars", "shells", "bolts", "flags",
)  # fmt: skip
PLACES = (
    "baker", "farmer", "teacher", "librarian", "builder", "gardener", "sailor", "painter",
    "carpenter", "florist", "tailor", "potter", "printer", "grocer", "miller", "weaver",
)  # fmt: skip
HOLDERS = ("boxes", "crates", "bags", "baskets", "trays", "bundles", "drawers", "cases")
STEM = re.compile(
    r"A (\w+) has (\d+) (\w+) with (\d+) (\w+) in each, and sells (\d+) of the \w+\."
    r" How many \w+ are left\?"
)
MARKED = re.compile(r"<data-(\w+)>\n(.*?)\n</data-\1>", re.DOTALL)


def cast(seen: Seen) -> Reply:
    """Author, solver, arbiter, or the arbiter of twins, by the answer that is asked for."""
    fields = set((seen.schema or {}).get("properties", {}))
    if "stem" in fields:
        return author(seen)
    if "neighbours" in fields:
        return comparer(seen)
    return solver(seen) if "right" in fields else arbiter(seen)


def author(seen: Seen) -> dict[str, Any]:
    """A word problem of multiplying and taking away."""
    chance = Random(sha256(seen.prompt.encode() + seen.vendor.encode()).digest())
    who, holder, thing = (chance.choice(words) for words in (PLACES, HOLDERS, THINGS))
    many, each = chance.sample(range(6, 60), 2)
    sold = chance.randrange(3, many * each // 2)
    left = many * each - sold
    slips = {
        many * each: "forgets what was sold",
        many * each + sold: "adds what was sold",
        many + each - sold: "adds where it should multiply",
        left + 10: "carries one ten too many",
        left - 10: "carries one ten too few",
        left + many: "counts one more in each of the containers",
    }
    wrong = [number for number in slips if number != left and number > 0][:4]
    story = (
        f"A {who} has {many} {holder} with {each} {thing} in each, and sells {sold} of the {thing}."
    )
    asks = f"How many {thing} are left?"
    apart = "Type: memory" in seen.prompt
    return {
        "stimulus": story if apart else None,
        "stem": asks if apart else f"{story} {asks}",
        "right_option": f"{left} {thing}",
        "distractors": [
            {"text": f"{number} {thing}", "misconception": f"Somebody who {slips[number]}."}
            for number in wrong
        ],
        "explanation": f"{many} times {each} is {many * each}, and {many * each} minus {sold} is {left}.",
        "quotation": quoted(seen),
    }


def solver(seen: Seen) -> dict[str, Any]:
    """The ids of the options that say what the computation gives."""
    question = data(seen)
    left = solved(question)
    right = [each["id"] for each in question["options"] if each["text"].split()[0] == str(left)]
    return {"working": f"It comes to {left}.", "right": right}


def arbiter(seen: Seen) -> dict[str, Any]:
    """Good scores where the key is what the computation gives, else a wrong key; an author's own form is believed."""
    question = data(seen)
    sound = "right_option" in question or _keyed(question) == str(solved(question))
    scores = dict.fromkeys(("clarity", "formatting", "creativity"), 0.9)
    return {
        "comments": "Computed by hand.",
        "defects": [] if sound else ["wrong_key"],
        **scores,
        "validity": 0.9 if sound else 0.1,
        "difficulty": "medium",
    }


def comparer(seen: Seen) -> dict[str, Any]:
    """The same where the answers are, and half of the words; a variant where only the words are."""
    pair = data(seen)
    new = pair["new"]
    told = []
    for other in pair["held"]:
        mine, theirs = (set(re.findall(r"\w+", each["stem"].lower())) for each in (new, other))
        alike = 2 * len(mine & theirs) >= min(len(mine), len(theirs))
        answer = new["right_answer"].casefold() == other["right_answer"].casefold()
        relation = ("same" if answer else "variant") if alike else "different"
        told.append({"id": other["id"], "why": "The words were counted.", "relation": relation})
    return {"neighbours": told}


def _keyed(question: dict[str, Any]) -> str:
    """The number of the option that the key names."""
    text: str = question["options"]["ABCDEF".index(question["key"])]["text"]
    return text.split(maxsplit=1)[0]


def data(seen: Seen) -> Any:
    """What stands between the marks of the prompt."""
    found = MARKED.findall(seen.prompt)
    return json.loads(found[-1][1])


def solved(question: dict[str, Any]) -> int | None:
    """The answer to one of the author's questions; None where it is another's."""
    stimulus = question["stimulus"]
    story = stimulus["text"] if isinstance(stimulus, dict) else stimulus
    match = STEM.fullmatch(f"{story} {question['stem']}" if story else question["stem"])
    return int(match[2]) * int(match[4]) - int(match[6]) if match else None


def quoted(seen: Seen) -> str | None:
    """The first sentence of the passage, where one is given."""
    for _, text in MARKED.findall(seen.prompt):
        found = json.loads(text)
        if isinstance(found, dict) and "text" in found and "source" in found:
            sentence: str = found["text"].strip().partition(". ")[0]
            return sentence
    return None
