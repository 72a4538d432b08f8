"""Choosing the wrong options of a question, and finding the right ones among its options."""

from collections.abc import Callable, Iterable

from itemwell.bank import Option, Posed


def distinct(key: Option, errors: Iterable[Option], at_most: int = 4) -> tuple[Option, ...]:
    """The first `at_most` of `errors` that read neither like the key nor like one another.

    The errors after those are not asked for, so that their pictures need not be drawn.
    """
    kept = {key.text: key}
    rest = iter(errors)
    while len(kept) <= at_most and (error := next(rest, None)):
        kept.setdefault(error.text, error)
    return tuple(kept.values())[1:]


def right_places(posed: Posed, right: Callable[[str], bool]) -> list[int]:
    """The places of the options whose text is `right`."""
    return [place for place, option in enumerate(posed.options) if right(option.text)]
