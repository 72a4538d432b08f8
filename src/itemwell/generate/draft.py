"""Stage 2, draft: slot -> draft, from an item model. Vendors' models will draft here as well."""

import re
from collections.abc import Mapping, Sequence
from random import Random

from itemwell.bank import LETTERS, Draft, Slot
from itemwell.templates.model import Drawn, ItemModel

TRIES_WITH_ONE_MODEL = 3
"""So often a slot's draft may be refused before the next model has its turn."""


def draft(slot: Slot, model: ItemModel) -> Draft:
    """The question that `model` draws for this attempt at `slot`: always the same one.

    The key's place comes from the slot's ordinal, so that over a run each place is right equally often.
    """
    chance = Random(f"{slot.seed}:{slot.ordinal}:{slot.attempts}:{model.name}")
    features = model.levels[slot.stratum.difficulty]
    drawn = model.draw(chance, features)
    place = key_place(slot, 1 + len(drawn.distractors))
    return _laid_out(drawn, place, chance, slot=slot, model=model)


def recipe(slot: Slot) -> str:
    """What `redrawn` needs to draw the same question again."""
    return f"{slot.ordinal}:{slot.attempts}:{slot.seed}"


def redrawn(written: Draft, recipe: str, model: ItemModel) -> bool:
    """Whether `model`, drawing by `recipe`, gives exactly what was `written`: then nobody changed it."""
    match = re.fullmatch(r"(\d{1,9}):(\d{1,9}):(.+)", recipe)
    if match is None or written.stratum.difficulty not in model.levels:
        return False
    slot = Slot(0, written.stratum, int(match[1]), match[3], int(match[2]))
    return model.question_type == written.stratum.question_type and draft(slot, model) == written


def choose(
    slot: Slot, models: Sequence[ItemModel], used: Mapping[str, int], stock: Mapping[str, int]
) -> ItemModel:
    """The model whose turn it is: the least used in this run, then the one with the thinnest family."""
    turns = sorted(models, key=lambda model: (used.get(model.name, 0), stock.get(model.name, 0)))
    return turns[slot.attempts // TRIES_WITH_ONE_MODEL % len(turns)]


def key_place(slot: Slot, options: int) -> int:
    """Each block of as many slots as there are options has the key once in every place."""
    block, place = divmod(slot.ordinal, options)
    return Random(f"{slot.seed}:key:{block}").sample(range(options), options)[place]


def _laid_out(drawn: Drawn, place: int, chance: Random, *, slot: Slot, model: ItemModel) -> Draft:
    others = chance.sample(drawn.distractors, len(drawn.distractors))
    return Draft(
        stratum=slot.stratum,
        stem=drawn.stem,
        options=(*others[:place], drawn.key, *others[place:]),
        key=LETTERS[place],
        explanation=drawn.explanation,
        stimulus=drawn.stimulus,
        family=model.name,
        features=dict(model.levels[slot.stratum.difficulty]),
    )
