"""US dollars as people read them."""

from decimal import Decimal

CENTS = Decimal("0.1")
"""From here on cents are enough; below, a call's price is a fraction of one."""


def dollars(amount: Decimal | None) -> str:
    """`amount` to the cent, small ones to a hundredth of it; "?" where nobody knows it.

    >>> [dollars(Decimal(each)) for each in ("1234.567", "0.0123456", "0.00001", "0")], dollars(None)
    (['$1,234.57', '$0.0123', '<$0.0001', '$0'], '?')
    """
    if amount is None:
        return "?"
    if not amount:
        return "$0"
    if amount < Decimal("0.0001"):
        return "<$0.0001"
    return f"${amount:,.2f}" if amount >= CENTS else f"${amount:.4f}"
