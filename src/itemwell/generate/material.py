"""Source text that questions are to be about: files -> passages -> is a quotation really in one."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from itemwell.bank import Draft
from itemwell.errors import ConfigError, Rejected

PASSAGE_CHARACTERS = 4_000
LEAST_PASSAGE = 200
LEAST_QUOTATION = 15
"""Characters: less proves nothing."""

MOST_BYTES = 50_000_000

PDF_ACCIDENTS = (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError)
"""What the PDF library raises when it trips over a file that is broken in a new way."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a source, and the SHA-256 of the whole text of that source."""

    source: str
    sha256: str
    text: str


def read(paths: Sequence[Path]) -> list[Passage]:
    """The passages of Markdown, text and PDF files, in order. Raises ConfigError for what has no text."""
    return [passage for path in paths for passage in _passages(path)]


def digest(passages: Sequence[Passage]) -> str:
    """16 hexadecimal digits that tell this material from any other."""
    return sha256("\n".join(each.text for each in passages).encode()).hexdigest()[:16]


def require_quotation(draft: Draft, passage: Passage | None) -> None:
    """Raise Rejected unless what the draft quotes stands in `passage`, word for word."""
    if passage is None:
        return
    quote = _folded(draft.citation.quote if draft.citation else "")
    if len(quote) < LEAST_QUOTATION:
        raise Rejected("check", "quotation: none that could support the key")
    if quote not in _folded(passage.text):
        raise Rejected("check", f"quotation: not in {passage.source} word for word")


def _passages(path: Path) -> list[Passage]:
    text = _text(path)
    if len(text.strip()) < LEAST_PASSAGE:
        raise ConfigError(
            f"{path} has too little text to ask about", "name another file for --from"
        )
    whole = sha256(text.encode()).hexdigest()
    return [Passage(path.name, whole, piece) for piece in pieces(text)]


def pieces(text: str, most: int = PASSAGE_CHARACTERS) -> list[str]:
    r"""`text` cut between paragraphs into pieces of at most `most` characters; a last short one is joined.

    >>> pieces("one\n\ntwo\n\nthree", 9)
    ['one\n\ntwo', 'three']
    """
    found: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        for part in _cut(paragraph.strip(), most):
            if found and len(found[-1]) + 2 + len(part) <= most:
                found[-1] += f"\n\n{part}"
            elif part:
                found.append(part)
    long = [piece for piece in found if len(piece) >= min(LEAST_PASSAGE, most // 2)]
    return long or found


def _cut(paragraph: str, most: int) -> list[str]:
    """A paragraph that is too long, cut after sentences, or where it must be."""
    parts = []
    while len(paragraph) > most:
        end = paragraph.rfind(". ", 0, most) + 1 or most
        parts.append(paragraph[:end].strip())
        paragraph = paragraph[end:].strip()
    return [*parts, paragraph]


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(f"{path} is above 50 MB", "split it")
        text = _pdf(path) if path.suffix.lower() == ".pdf" else path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not a text in UTF-8", "save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}", "name a file that can be read") from error
    whole = text.replace("\0", "").encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFC", whole)


def _pdf(path: Path) -> str:
    import pypdf  # noqa: PLC0415 - needed by few
    from pypdf.errors import DependencyError, PyPdfError  # noqa: PLC0415

    try:
        with pypdf.PdfReader(path) as reader:
            return "\n\n".join(page.extract_text() for page in reader.pages)
    except (PyPdfError, DependencyError, *PDF_ACCIDENTS) as error:
        told = f"{path}: not a PDF that can be read: {type(error).__name__}"
        raise ConfigError(told, "name another") from error


def _folded(text: str) -> str:
    """`text` with white space and hyphenated line ends folded: a PDF breaks lines where it likes."""
    joined = re.sub(r"(?<=\w)-\n(?=\w)", "", unicodedata.normalize("NFC", text))
    return " ".join(joined.split())
