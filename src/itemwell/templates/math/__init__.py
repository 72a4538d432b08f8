"""Item models of the type math, one a file."""

from itemwell.templates.math import (
    average_speed,
    best_buy,
    ground_area,
    missing_value,
    number_puzzle,
    percent_change,
    ratio_share,
    smallest_number,
    without_replacement,
    work_together,
)
from itemwell.templates.model import ItemModel

MODELS: tuple[ItemModel, ...] = (
    percent_change.MODEL,
    number_puzzle.MODEL,
    missing_value.MODEL,
    ratio_share.MODEL,
    average_speed.MODEL,
    work_together.MODEL,
    without_replacement.MODEL,
    best_buy.MODEL,
    ground_area.MODEL,
    smallest_number.MODEL,
)
