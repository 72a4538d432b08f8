"""Item models of the type verbal, one a file."""

from itemwell.templates.model import ItemModel

MODELS: tuple[ItemModel, ...] = ()
