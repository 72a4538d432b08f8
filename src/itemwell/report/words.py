"""Numbers as people read them. What is rounded here is exact in the document. Pure."""

CENTS = 0.1
"""From here on cents are enough; below, a call's price is a fraction of one."""


FLAGS = {
    "drift": "is harder or easier now than it was, beyond what chance does",
    "exposed": "was seen by a larger share of the learners than EXPOSURE_CAP",
    "low discrimination": "tells able from less able learners poorly",
    "misfit": "is answered otherwise than its curve says",
    "negative discrimination": "is got right more often by the less able: look at its key",
    "poor distractor": "has an option that hardly anybody takes, or that abler learners take than the key",
}
"""What a calibration's flags say of a question."""


def usd(amount: float) -> str:
    """US dollars: to the cent, small amounts to a hundredth of one.

    >>> [usd(each) for each in (1234.567, 0.0123456, 0)]
    ['$1,234.57', '$0.0123', '$0.00']
    """
    return f"${amount:,.4f}" if 0 < amount < CENTS else f"${amount:,.2f}"


def whole(number: float) -> str:
    """A count, or what is shown as one.

    >>> whole(1234567)
    '1,234,567'
    """
    return f"{number:,.0f}".replace("-", "−")


def fixed(number: float, digits: int = 2) -> str:
    r"""With so many decimals and a true minus.

    >>> fixed(0.456), fixed(-0.001), fixed(-2, 0) == "\N{MINUS SIGN}2"
    ('0.46', '0.00', True)
    """
    text = f"{number:,.{digits}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text.replace("-", "−")


def percent(share: float, digits: int = 0) -> str:
    """A share.

    >>> percent(0.856), percent(0.9996, 1)
    ('86%', '100.0%')
    """
    return f"{100 * share:.{digits}f}%"
