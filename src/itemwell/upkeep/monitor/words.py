"""What a message says of alerts, for people and for machines. Nothing in it is secret."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from itemwell.store.alerts import Stored
from itemwell.tell.channels import Message

MOST_LINES = 20


def message(alerts: Sequence[Stored], redact: Callable[[str], str]) -> Message:
    """One message of them all, what came first, then what is well again."""
    came = [each for each in alerts if each.status != "resolved"]
    well = [each for each in alerts if each.status == "resolved"]
    lines = [redact(_line(each)) for each in (*came, *well)]
    shown = lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        shown.append(f"and {len(lines) - MOST_LINES} more: itemwell alerts")
    head = lines[0] if len(lines) == 1 else _counted(len(came), len(well))
    document = {
        "source": "itemwell",
        "alerts": [_document(each, redact) for each in (*came, *well)],
    }
    return Message(f"Itemwell: {head}", "\n".join(shown), document)


def _counted(came: int, well: int) -> str:
    parts = [f"{came} alert{'' if came == 1 else 's'}"] if came else []
    return ", ".join([*parts, *([f"{well} well again"] if well else [])])


def _line(alert: Stored) -> str:
    said = " ".join(alert.message.split())[:500]
    return f"well again: {said}" if alert.status == "resolved" else f"{alert.severity}: {said}"


def _document(alert: Stored, redact: Callable[[str], str]) -> dict[str, object]:
    return {
        "id": alert.id,
        "status": alert.status,
        "severity": alert.severity,
        "alert_type": alert.alert_type,
        "key": redact(alert.key),
        "message": redact(" ".join(alert.message.split())[:500]),
        "job": alert.job,
        "run_id": alert.run_id,
        "since": _iso(alert.timestamp),
        "resolved_at": _iso(alert.resolved_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None
