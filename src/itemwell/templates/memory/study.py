"""Reading a question as its learner does: the study text line by line, the options one by one."""

from collections.abc import Callable

from itemwell.bank import Posed


def lines(posed: Posed) -> list[str]:
    """The study text without its blank lines; [] where there was nothing to study."""
    text = posed.stimulus.text if posed.stimulus else ""
    return [line.strip() for line in text.splitlines() if line.strip()]


def places(posed: Posed, right: Callable[[str], bool]) -> list[int]:
    """The places of all options whose text is `right`."""
    return [place for place, option in enumerate(posed.options) if right(option.text)]
