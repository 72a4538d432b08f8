"""Item models: questions whose key and distractors are computed, so that they need no vendor.

A folder a question type, a file an item model. To add one: write a file with a `MODEL` beside its
like, and name it in the `MODELS` of the folder's `__init__`; the tests find it there.
"""

from functools import cache

from itemwell.bank import QUESTION_TYPES
from itemwell.templates.model import ItemModel


@cache
def models() -> dict[str, ItemModel]:
    """Every shipped item model by name, in the order of the types and of their files."""
    from itemwell.templates import logic, math, memory, pattern, spatial, verbal  # noqa: PLC0415

    folders = {
        "pattern": pattern,
        "logic": logic,
        "spatial": spatial,
        "math": math,
        "verbal": verbal,
        "memory": memory,
    }
    return {model.name: model for name in QUESTION_TYPES for model in folders[name].MODELS}
