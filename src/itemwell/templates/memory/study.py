"""Reading a study text as its learner does, line by line."""

from itemwell.bank import Posed


def lines(posed: Posed) -> list[str]:
    """The study text without its blank lines; [] where there was nothing to study."""
    text = posed.stimulus.text if posed.stimulus else ""
    return [line.strip() for line in text.splitlines() if line.strip()]
