"""Stage 4, solve: blind, the key must be found and nothing else. Here by the item model's own solver."""

from itemwell.bank import LETTERS, Draft, Posed
from itemwell.errors import Rejected
from itemwell.templates.model import ItemModel


def solve(draft: Draft, model: ItemModel) -> str:
    """Who found the key. Raises Rejected where another option is right, or several, or none.

    The solver sees what a learner sees: it reads stem, stimulus and options, not how they were made.
    """
    found = [LETTERS[place] for place in model.solve(Posed.blind(draft))]
    if found == [draft.key]:
        return f"{model.name} found {draft.key}"
    raise Rejected(
        "solve",
        f"{model.name} found {' and '.join(found) or 'no right option'}, the key is {draft.key}",
    )
