"""US dollars as people read them."""

from decimal import Decimal


def dollars(amount: Decimal | None) -> str:
    """`amount` to the cent, or to two digits where it is less; "?" where nobody knows it.

    >>> dollars(Decimal("12.3456")), dollars(Decimal("0.00123")), dollars(Decimal(0)), dollars(None)
    ('$12.35', '$0.0012', '$0', '?')
    """
    if amount is None:
        return "?"
    if not amount:
        return "$0"
    if abs(amount) >= 1:
        return f"${amount:,.2f}"
    return f"${float(amount):.2g}" if abs(amount) >= Decimal("0.0001") else "<$0.0001"
