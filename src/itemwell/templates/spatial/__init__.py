"""Item models of the type spatial, one a file."""

from itemwell.templates.model import ItemModel

MODELS: tuple[ItemModel, ...] = ()
