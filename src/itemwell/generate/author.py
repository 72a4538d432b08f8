"""Stage 2, draft, by a model: slot -> ask -> what it wrote, laid out as a draft."""

from collections.abc import Sequence
from random import Random

from pydantic import BaseModel, ConfigDict, Field

from itemwell.bank import LETTERS, Citation, Draft, Option, Slot, Stimulus, as_dict
from itemwell.generate.draft import key_place
from itemwell.generate.material import Passage
from itemwell.generate.prompts import fenced, load, mark_of, subtype
from itemwell.llm.door import Ask

DISTRACTORS = 4

MEANING = {
    "easy": "nine in ten of the audience find it: one step, familiar setting",
    "medium": "six in ten of the audience find it: two or three steps, or one that is easily missed",
    "hard": "three in ten of the audience find it: several steps, or an insight that few have at once",
}

LONGEST_ANSWER = 8_192
"""Output tokens, reasoning with them."""


class Distractor(BaseModel):
    """A wrong option."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=2_000)
    misconception: str = Field(
        max_length=2_000, description="What somebody believes or overlooks who chooses this."
    )


class Written(BaseModel):
    """What an author hands in. The places of the options are ours to choose."""

    model_config = ConfigDict(extra="forbid")

    stimulus: str | None = Field(
        max_length=20_000, description="What is read before the stem, or null."
    )
    stem: str = Field(min_length=1, max_length=8_000)
    right_option: str = Field(min_length=1, max_length=2_000)
    distractors: list[Distractor] = Field(min_length=2, max_length=5)
    explanation: str = Field(max_length=20_000)
    quotation: str | None = Field(
        max_length=4_000,
        description="Word for word from the source, where one is given; else null.",
    )


def asking(slot: Slot, *, turn: int, avoid: Sequence[str], passage: Passage | None) -> Ask:
    """The ask for a new draft: for the sub-type whose `turn` it is, and unlike what it is to `avoid`."""
    mark = mark_of(slot.seed, slot.ordinal, slot.attempts, "draft")
    return _ask(
        "draft",
        slot,
        mark,
        passage,
        subtype=subtype(slot.stratum.question_type, turn),
        avoid=fenced(list(avoid), mark),
    )


def mending(slot: Slot, refused: Draft, reason: str, *, passage: Passage | None) -> Ask:
    """The ask to mend what was `refused` at the attempt before."""
    mark = mark_of(slot.seed, slot.ordinal, slot.attempts, "repair")
    told = {"reason": reason, "question": _told(refused)}
    return _ask("repair", slot, mark, passage, refused=fenced(told, mark))


def laid_out(written: Written, slot: Slot, passage: Passage | None = None) -> Draft:
    """The draft, its key where the slot's turn is, so that over a run each place is right equally often."""
    chance = Random(f"{slot.seed}:{slot.ordinal}:{slot.attempts}:options")
    wrong = [Option(each.text, each.misconception or None) for each in written.distractors]
    others = chance.sample(wrong, len(wrong))
    place = key_place(slot, 1 + len(wrong))
    quote = written.quotation or ""
    return Draft(
        stratum=slot.stratum,
        stem=written.stem,
        options=(*others[:place], Option(written.right_option), *others[place:]),
        key=LETTERS[place],
        explanation=written.explanation,
        stimulus=Stimulus(written.stimulus) if written.stimulus else None,
        citation=Citation(passage.source, passage.sha256, quote) if passage else None,
    )


def _ask(name: str, slot: Slot, mark: str, passage: Passage | None, **values: str) -> Ask:
    prompt = load(name)
    stratum = slot.stratum
    system, user = prompt.filled(
        mark=mark,
        question_type=stratum.question_type,
        difficulty=stratum.difficulty,
        meaning=MEANING[stratum.difficulty],
        distractors=DISTRACTORS,
        material=_material(passage, mark),
        **values,
    )
    return Ask(
        "draft",
        system,
        user,
        Written,
        prompt_version=prompt.version,
        slot_id=str(slot.id),
        attempt=slot.attempts,
        max_output_tokens=LONGEST_ANSWER,
    )


def _material(passage: Passage | None, mark: str) -> str:
    if passage is None:
        return ""
    told = (
        "\nThe question is about this passage. It must be answerable from the passage alone, and the"
        " quotation is the sentence or two, copied word for word, that prove the key right:\n"
    )
    return told + fenced({"source": passage.source, "text": passage.text}, mark) + "\n"


def _told(draft: Draft) -> dict[str, object]:
    fields = as_dict(draft)
    return {name: fields[name] for name in ("stimulus", "stem", "options", "key", "explanation")}
