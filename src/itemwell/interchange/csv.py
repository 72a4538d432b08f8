"""CSV with a header: a question a row, three columns an option. For spreadsheets."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from itemwell.bank import LETTERS, Question, Stratum
from itemwell.errors import ConfigError
from itemwell.interchange.paragraphs import TooLong, lines
from itemwell.interchange.row import MOST_BYTES, Row, parsed, plain

PLAIN = ("question_type", "difficulty", "stem", "key", "explanation", "family")
OPTION_PARTS = {"": "text", "_misconception": "misconception", "_svg": "svg"}
OPTIONS = tuple(f"option_{letter.lower()}{part}" for letter in LETTERS for part in OPTION_PARTS)
COLUMNS = (
    "id",
    "status",
    "created_at",
    *PLAIN,
    "stimulus",
    "stimulus_svg",
    "citation_source",
    "citation_sha256",
    "citation_quote",
    *OPTIONS,
    "features",
    "recipe",
)


def read(file: TextIO, assumed: Stratum | None = None) -> Iterator[Row]:
    """The rows of `file`. Raises ConfigError at once where the header lacks a column that is needed."""
    csv.field_size_limit(MOST_BYTES)
    reader = csv.DictReader(lines(file))
    try:
        found = set(reader.fieldnames or ())
    except (csv.Error, TooLong) as error:
        raise ConfigError(f"the CSV's header cannot be read: {error}", "is it a CSV?") from error
    needed = {"stem", "option_a", "key"} | (set() if assumed else {"question_type", "difficulty"})
    if missing := needed - found:
        raise ConfigError(
            f"the CSV's header lacks {', '.join(sorted(missing))}", "see: itemwell questions export"
        )
    return _rows(reader, assumed)


def write(file: TextIO, questions: Iterable[Question]) -> int:
    """Write a header and `questions`; how many they were."""
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
    writer.writeheader()
    count = 0
    for question in questions:
        writer.writerow({name: armed(cell) for name, cell in _flat(plain(question)).items()})
        count += 1
    return count


def _rows(reader: "csv.DictReader[str]", assumed: Stratum | None) -> Iterator[Row]:
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(reader.line_num, problem=str(error))
            continue
        except TooLong as error:
            yield Row(error.line, problem=str(error))
            return
        cells = {name: disarmed(cell) for name, cell in fields.items() if isinstance(cell, str)}
        given = assumed._asdict() if assumed else {}
        yield _row(reader.line_num, cells | {n: v for n, v in given.items() if not cells.get(n)})


def armed(cell: Any) -> Any:
    """`cell` so that no spreadsheet takes it for a formula: with an apostrophe before it.

    >>> armed("=1+1"), armed("'-2"), armed("2 - 1"), disarmed(armed("'-2"))
    ("'=1+1", "''-2", '2 - 1', "'-2")
    """
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


def disarmed(cell: str) -> str:
    """What `armed` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _flat(fields: Mapping[str, Any]) -> dict[str, Any]:
    row = {name: fields[name] for name in ("id", "status", "created_at", *PLAIN)}
    stimulus = fields["stimulus"] or {}
    row |= {"stimulus": stimulus.get("text"), "stimulus_svg": stimulus.get("svg")}
    row |= {f"citation_{name}": value for name, value in (fields["citation"] or {}).items()}
    for letter, option in zip(LETTERS, fields["options"], strict=False):
        row |= {
            f"option_{letter.lower()}{part}": option[name] for part, name in OPTION_PARTS.items()
        }
    own = {"features": json.dumps(fields["features"]), "recipe": fields["verified"].get("draft")}
    return row | own


def _row(line: int, cells: Mapping[str, str | None]) -> Row:
    fields: dict[str, Any] = {name: cells.get(name) or "" for name in PLAIN}
    fields |= {"family": cells.get("family") or None, "options": _options(cells)}
    fields |= {
        "status": cells.get("status") or None,
        "verified": {"draft": cells.get("recipe") or ""},
    }
    if cells.get("stimulus") or cells.get("stimulus_svg"):
        fields["stimulus"] = {
            "text": cells.get("stimulus") or "",
            "svg": cells.get("stimulus_svg") or None,
        }
    if cells.get("citation_source"):
        names = ("source", "sha256", "quote")
        fields["citation"] = {name: cells.get(f"citation_{name}") or "" for name in names}
    try:
        fields["features"] = json.loads(cells.get("features") or "{}")
    except (ValueError, RecursionError):
        return Row(line, problem="features: not valid JSON")
    return parsed(line, fields)


def _options(cells: Mapping[str, str | None]) -> list[dict[str, str | None]]:
    """The options in their order, up to the first letter that has none."""
    options = []
    for letter in LETTERS:
        parts = {
            name: cells.get(f"option_{letter.lower()}{part}") for part, name in OPTION_PARTS.items()
        }
        if not any(parts.values()):
            break
        options.append(
            {name: value or None for name, value in parts.items()} | {"text": parts["text"] or ""}
        )
    return options


_FORMULA = re.compile("'*[=+@\t\r-]")
