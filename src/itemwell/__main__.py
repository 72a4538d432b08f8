"""`python -m itemwell` is the same program."""

from itemwell.cli import entry

entry()
