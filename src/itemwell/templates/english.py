"""English as every question writes it."""

from collections.abc import Iterable


def listed(parts: Iterable[object]) -> str:
    """One or more parts as a sentence lists them.

    >>> listed(["Ben", "Ivo", "Wei"]), listed([4, 5]), listed(["Ben"])
    ('Ben, Ivo and Wei', '4 and 5', 'Ben')
    """
    *most, last = map(str, parts)
    return f"{', '.join(most)} and {last}" if most else last
