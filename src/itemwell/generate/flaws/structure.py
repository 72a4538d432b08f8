"""Rules on what a draft must have: its parts, their sizes, a key that is one of the options."""

from itemwell.bank import DIFFICULTIES, Draft
from itemwell.generate.flaws.parts import (
    LIMITS,
    OPTIONS,
    is_oversized,
    key,
    lettered,
    pictures,
    quoted,
    texts,
)
from itemwell.generate.flaws.rule import Rule
from itemwell.generate.flaws.words import fold


def bad_stratum(draft: Draft) -> str | None:
    if not draft.stratum.question_type.strip() or len(draft.stratum.question_type) > 64:
        return f"question type {quoted(draft.stratum.question_type)} is blank or too long"
    if draft.stratum.difficulty not in DIFFICULTIES:
        return f"difficulty {quoted(draft.stratum.difficulty)} is not {', '.join(DIFFICULTIES)}"
    return None


def no_such_key(draft: Draft) -> str | None:
    if key(draft) is not None:
        return None
    return f"key {quoted(draft.key)} names none of the {len(draft.options)} options"


def wrong_option_count(draft: Draft) -> str | None:
    if len(draft.options) in OPTIONS:
        return None
    most = OPTIONS.stop - 1
    if len(draft.options) > most:
        return f"more than {most} options"
    return f"{len(draft.options)} options; {OPTIONS.start} to {most} are allowed"


def blank_text(draft: Draft) -> str | None:
    """The options that are pictures are `undescribed_picture`'s business, and so is the stimulus."""
    pictured = {name for name, _ in _described(draft)}
    blank = [
        name
        for kind, name, text in texts(draft)
        if kind != "misconception" and name not in pictured and not fold(text)
    ]
    return f"{', '.join(blank)} blank" if blank else None


def oversized_part(draft: Draft) -> str | None:
    for part in (*texts(draft), *pictures(draft)):
        if is_oversized(part):
            return f"{part.name} is over {LIMITS[part.kind]:,} characters"
    return None


def no_misconception(draft: Draft) -> str | None:
    lacking = [
        letter
        for letter, option in lettered(draft)
        if letter != draft.key and not (option.misconception or "").strip()
    ]
    if key(draft) is None or not lacking:
        return None
    return f"no misconception leads to {', '.join(lacking)}"


def misconceived_key(draft: Draft) -> str | None:
    right = key(draft)
    if right is None or right.misconception is None:
        return None
    return f"key {draft.key} has a misconception: {quoted(right.misconception)}"


def undescribed_picture(draft: Draft) -> str | None:
    bare = [name for name, text in _described(draft) if not fold(text)]
    return f"the picture of {', '.join(bare)} has no text that describes it" if bare else None


def partly_pictured(draft: Draft) -> str | None:
    pictured = [letter for letter, option in lettered(draft) if option.svg is not None]
    if len(pictured) in {0, len(lettered(draft))}:
        return None
    return f"only {', '.join(pictured)} of the options have a picture"


def _described(draft: Draft) -> list[tuple[str, str]]:
    described = [(f"option {letter}", o.text) for letter, o in lettered(draft) if o.svg is not None]
    if draft.stimulus is not None and draft.stimulus.svg is not None:
        described.append(("stimulus", draft.stimulus.text))
    return described


RULES = (
    Rule("stratum", "ours: a question belongs to one cell of the bank", bad_stratum),
    Rule("no-such-key", "Haladyna 2002, 19: one of the choices is the right answer", no_such_key),
    Rule(
        "option-count",
        "ours: 3 to 6; Haladyna 2002, 18, says that three are adequate",
        wrong_option_count,
    ),
    Rule("blank", "ours: every part of a question says something", blank_text),
    Rule("oversized", "ours: what no learner reads and no page shows", oversized_part),
    Rule(
        "no-misconception",
        "Haladyna 2002, 30: write distractors from typical errors",
        no_misconception,
    ),
    Rule("misconceived-key", "ours: what is right comes from no error", misconceived_key),
    Rule("picture-undescribed", "ours: WCAG 1.1.1, a text alternative", undescribed_picture),
    Rule("partly-pictured", "Haladyna 2002, 23: keep choices homogeneous", partly_pictured),
)
