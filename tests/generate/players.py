"""A brain that writes given questions in order, solves them, and tells twins apart as a test says."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from itemwell.double import Fault
from itemwell.double.cast import data
from itemwell.generate.author import Written, laid_out

SCORES = {"clarity": 0.9, "validity": 0.9, "formatting": 0.9, "creativity": 0.9}
SAID = "It was thought over."


def a_question(stem, right, wrong=None, *, stimulus=None):
    """What an author hands in. The wrong options lie near the right one, and pass every free rule."""
    others = wrong or near(right)
    return {
        "stimulus": stimulus,
        "stem": stem,
        "right_option": right,
        "distractors": [
            {"text": text, "misconception": f"Somebody who takes it for {text}."} for text in others
        ],
        "explanation": f"Worked out step by step, it comes to {right} and to nothing else.",
        "quotation": None,
    }


def near(right):
    """Four wrong answers of the same kind."""
    number = re.search(r"\d+", right)
    if number:
        return [right.replace(number[0], str(int(number[0]) + step)) for step in (2, 5, 9, 14)]
    words = ("Walnut", "Harbor", "Copper", "Meadow", "Lantern", "Saddle")
    return [word for word in words if word != right][:4]


def a_draft_of(question, slot):
    """The same as a draft."""
    return laid_out(Written.model_validate(question), slot)


@dataclass
class Players:
    """`questions` are handed in one after the other; `tell(new, held)` says what two stems are.

    Who is `down` answers with that fault; what is done `first` is done before a stage's first answer.
    What each stage was asked is in `asked`. The first `left_out` comparisons leave out an id.
    """

    questions: Sequence[dict]
    tell: object = None
    down: dict[str, Fault] = field(default_factory=dict)
    first: dict[str, object] = field(default_factory=dict)
    left_out: int = 0
    keys: dict[str, str] = field(default_factory=dict)  # of other questions, by stem
    asked: dict[str, list] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self):
        self.waiting = iter(self.questions)
        self.keys |= {each["stem"]: each["right_option"] for each in self.questions}

    @property
    def calls(self):
        """How often each stage was asked."""
        return Counter({stage: len(asked) for stage, asked in self.asked.items()})

    def __call__(self, seen):
        stage = stage_of(seen)
        self.asked[stage].append(seen)
        if stage in self.down:
            return self.down[stage]
        if stage in self.first:
            self.first.pop(stage)()
        return getattr(self, stage)(seen)

    def draft(self, _):
        return next(self.waiting, Fault.REFUSED)

    def solve(self, seen):
        question = data(seen)
        key = self.keys[question["stem"]]
        return {
            "working": SAID,
            "right": [each["id"] for each in question["options"] if each["text"] == key],
        }

    def judge(self, _):
        return {"comments": SAID, "defects": [], **SCORES, "difficulty": "medium"}

    def dedup(self, seen):
        pair = data(seen)
        told = [
            {
                "id": each["id"],
                "why": SAID,
                "relation": self.tell(pair["new"]["stem"], each["stem"]),
            }
            for each in pair["held"]
        ]
        self.left_out -= 1
        return {"neighbours": told[1:] if self.left_out >= 0 else told}


def stage_of(seen):
    """Which stage asks, by the answer that it wants."""
    fields = seen.schema["properties"]
    stages = {"stem": "draft", "neighbours": "dedup", "right": "solve", "clarity": "judge"}
    return next(stage for name, stage in stages.items() if name in fields)


def always(relation):
    """A comparer that says the same of every pair."""
    return lambda _, __: relation
