"""Sound nouns with defaults: a test names only what it is about."""

from collections.abc import Sequence

from itemwell.bank import LETTERS, Draft, Option, Stratum

STEM = "A shop sells pens in packs of three for 2 pounds. How much do 12 pens cost?"
RIGHT = "8 pounds"
WRONG = ("6 pounds", "24 pounds", "36 pounds", "9 pounds")
EXPLANATION = "12 pens are 12 / 3 = 4 packs, and they cost 4 * 2 = 8 pounds."


def a_draft(
    *,
    right: str | Option = RIGHT,
    wrong: Sequence[str | Option] = WRONG,
    key: str = "B",
    question_type: str = "math",
    difficulty: str = "easy",
    **changes,
) -> Draft:
    """A draft that passes every check. `right` stands at the place of `key`, or first if it has none."""
    distractors = [
        option if isinstance(option, Option) else Option(option, misconception=f"takes {option!r}")
        for option in wrong
    ]
    place = max(LETTERS.find(key), 0)
    answer = right if isinstance(right, Option) else Option(right)
    fields = {
        "stratum": Stratum(question_type, difficulty),
        "stem": STEM,
        "options": (*distractors[:place], answer, *distractors[place:]),
        "key": key,
        "explanation": EXPLANATION,
    }
    return Draft(**fields | changes)
