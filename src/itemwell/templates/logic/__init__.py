"""Item models of the type logic, one a file."""

from itemwell.templates.model import ItemModel

MODELS: tuple[ItemModel, ...] = ()
