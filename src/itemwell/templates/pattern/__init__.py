"""Item models of the type pattern, one a file."""

from itemwell.templates.model import ItemModel
from itemwell.templates.pattern import (
    growing_differences,
    interleaved,
    letter_analogy,
    letter_series,
    multiply_and_add,
    number_table,
    shape_table,
    sum_of_previous,
    symbol_cycle,
    wrong_term,
)

MODELS: tuple[ItemModel, ...] = (
    growing_differences.MODEL,
    multiply_and_add.MODEL,
    sum_of_previous.MODEL,
    interleaved.MODEL,
    wrong_term.MODEL,
    number_table.MODEL,
    letter_series.MODEL,
    letter_analogy.MODEL,
    symbol_cycle.MODEL,
    shape_table.MODEL,
)
