"""Item models of the type logic, one a file."""

from itemwell.templates.logic import (
    card_selection,
    code_deduction,
    conditional_chain,
    elimination_grid,
    equivalence,
    ordering,
    precedence,
    seating,
    syllogism,
    truth_tellers,
)
from itemwell.templates.model import ItemModel

MODELS: tuple[ItemModel, ...] = (
    ordering.MODEL,
    seating.MODEL,
    precedence.MODEL,
    conditional_chain.MODEL,
    equivalence.MODEL,
    syllogism.MODEL,
    truth_tellers.MODEL,
    elimination_grid.MODEL,
    card_selection.MODEL,
    code_deduction.MODEL,
)
