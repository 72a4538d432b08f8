"""Every word of the other tables, for questions that are about letters and not about meaning."""

from functools import cache

from itemwell.templates.verbal.categories import members
from itemwell.templates.verbal.meanings import words
from itemwell.templates.verbal.relations import associates


@cache
def lexicon() -> tuple[str, ...]:
    """All words of letters only, in the order of the alphabet."""
    grouped = frozenset().union(*members().values())
    return tuple(sorted(word for word in {*words(), *grouped, *associates()} if word.isalpha()))


@cache
def of_length(letters: int) -> tuple[str, ...]:
    return tuple(word for word in lexicon() if len(word) == letters)
