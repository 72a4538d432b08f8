"""The status in a terminal: strips and heat map in twenty lines. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

LINES = 20
SIGNS = {
    "success": "█",
    "partial": "▄",
    "failed": "✕",
    "missed": "○",
    "stopped": "▪",
    "running": "▸",
    "waiting": "·",
    "before": " ",
    "off": " ",
}
COLOURS = {
    "success": "green",
    "partial": "yellow",
    "failed": "red",
    "missed": "red",
    "stopped": "yellow",
    "running": "blue",
    "healthy": "green",
    "thin": "yellow",
    "critical": "red",
}
KEY = "█ done  ▄ in part  ✕ failed  ○ missed  ▪ stopped      active/wanted, days left"
CELL = 22

Paint = Callable[[str, str], str]
"""A text in the colour of this name."""


def status(document: Mapping[str, Any], width: int, paint: Paint) -> str:
    """A line each for the bank, jobs and question types, and the key; `width` columns wide.

    Where there are more types than lines, those that are worst come first, and the others are counted.
    """
    head = f"{document['as_of'][:16].replace('T', ' ')} UTC  {document['headline']}"
    jobs = [_job(each, width, paint) for each in document["jobs"]]
    types = _types(document["stock"], LINES - len(jobs) - 3, paint)
    levels = "".join(f"{level:<{CELL}}" for level in document["stock"]["difficulties"])
    return "\n".join([_cut(head, width), *jobs, f"{'':<12}{levels}".rstrip(), *types, KEY[:width]])


def _job(job: Mapping[str, Any], width: int, paint: Paint) -> str:
    strip = "".join(_sign(each["status"], paint) for each in job["strip"])
    room = " " * max(0, 16 - len(job["strip"]))
    share = f"{job['done']}/{job['expected']}" if job["expected"] else ""
    said = f"{share:>5}  {job['sentence']}"
    cut = _cut(said, max(width - 30, 1))
    name = f"{job['job']:<12}"
    bad = job["state"] in {"failed", "overdue"}
    return f"{paint(name, 'red') if bad else name}{strip}{room}  {cut}".rstrip()


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else f"{text[: size - 1]}…"


def _sign(status: str, paint: Paint) -> str:
    sign = SIGNS[status]
    return paint(sign, COLOURS[status]) if status in COLOURS else sign


def _types(stock: Mapping[str, Any], room: int, paint: Paint) -> list[str]:
    cells: dict[str, list[Mapping[str, Any]]] = {kind: [] for kind in stock["types"]}
    for cell in stock["cells"]:
        cells[cell["question_type"]].append(cell)
    if len(cells) <= room:
        return [_type(kind, mine, paint) for kind, mine in cells.items()]
    worst = sorted(cells, key=lambda kind: _badness(cells[kind]))[: room - 1]
    lines = [_type(kind, cells[kind], paint) for kind in worst]
    return [*lines, f"and {len(cells) - len(worst)} more types: itemwell report"]


def _badness(cells: Sequence[Mapping[str, Any]]) -> tuple[int, int]:
    states = [cell["state"] for cell in cells]
    return -states.count("critical"), -states.count("thin")


def _type(kind: str, cells: Sequence[Mapping[str, Any]], paint: Paint) -> str:
    return f"{kind[:11]:<12}{''.join(_cell(cell, paint) for cell in cells)}".rstrip()


def _cell(cell: Mapping[str, Any], paint: Paint) -> str:
    days = "" if cell["days_left"] is None else f" {cell['days_left']}d"
    word = "" if cell["state"] == "healthy" else f" {cell['state']}"
    told = f"{cell['active']}/{cell['target']}{days}{word}"
    return paint(told, COLOURS[cell["state"]]) + " " * max(1, CELL - len(told))
