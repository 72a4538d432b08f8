"""Item models of the type pattern, one a file."""

from itemwell.templates.model import ItemModel

MODELS: tuple[ItemModel, ...] = ()
