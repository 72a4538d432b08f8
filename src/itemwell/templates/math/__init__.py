"""Item models of the type math, one a file."""

from itemwell.templates.model import ItemModel

MODELS: tuple[ItemModel, ...] = ()
