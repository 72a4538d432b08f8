"""The settings: flags, environment, files -> `reading` -> a table of checked values.

`table` says what there is, `values` and `addresses` what it may be, `reading` where it comes from.
"""

from itemwell.settings.reading import DEFAULT, SECRETS, Loaded, example, load, markdown
from itemwell.settings.table import Settings
from itemwell.settings.values import Pace, Price, Route

__all__ = [
    "DEFAULT", "SECRETS", "Loaded", "Pace", "Price", "Route", "Settings", "example", "load",
    "markdown",
]  # fmt: skip
