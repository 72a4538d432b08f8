"""Item models of the type memory, one a file: what is asked is studied first, and then taken away."""

from itemwell.templates.memory import (
    diary,
    digit_span,
    letter_number,
    paired_associates,
    route,
    serial_position,
    shape_grid,
    shopping_list,
    story_facts,
    word_source,
)
from itemwell.templates.model import ItemModel

MODELS: tuple[ItemModel, ...] = tuple(
    file.MODEL
    for file in (
        word_source,
        serial_position,
        paired_associates,
        digit_span,
        letter_number,
        shopping_list,
        story_facts,
        diary,
        route,
        shape_grid,
    )
)
