"""BERT's uncased word pieces: cleaned -> parted at spaces, punctuation, ideographs -> longest pieces.

The library that does the same brings a client of a model hub with it, and a dozen packages; this
agrees with it on every text, but reads "[MASK]" and its like as what a question says, not as signs
to the model.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

UNKNOWN, OPEN, CLOSE = "[UNK]", "[CLS]", "[SEP]"
_LONGEST_WORD = 100


class WordPieces:
    """A vocabulary, and the numbers of a text's pieces in it."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._vocabulary = vocabulary
        self.unknown = vocabulary[UNKNOWN]
        self._opening, self._closing = vocabulary[OPEN], vocabulary[CLOSE]
        self._pieces_of = lru_cache(maxsize=1 << 16)(self._split)

    @classmethod
    def load(cls, path: Path) -> "WordPieces":
        """The vocabulary of `path`: one piece a line, in the order of their numbers."""
        pieces = path.read_text("utf-8").rstrip("\n").split("\n")
        return cls({piece: number for number, piece in enumerate(pieces)})

    def encode(self, text: str, longest: int) -> list[int]:
        """The numbers of the pieces with the two that open and close, `longest` at most."""
        return [self._opening, *self.pieces(text)[: longest - 2], self._closing]

    def pieces(self, text: str) -> list[int]:
        """The numbers of all pieces of `text`."""
        return [piece for word in _words(text) for piece in self._pieces_of(word)]

    def _split(self, word: str) -> tuple[int, ...]:
        """The longest piece that fits, again and again; one unknown where none fits."""
        if len(word) > _LONGEST_WORD:
            return (self.unknown,)
        pieces, start = [], 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._vocabulary.get(prefix + word[start:end])
                if number is not None:
                    break
            else:
                return (self.unknown,)
            pieces.append(number)
            start = end
        return tuple(pieces)


def _words(text: str) -> Iterable[str]:
    """Lower case without accents, parted at spaces, and at each punctuation mark and ideograph."""
    if text.isascii():
        parted = text.lower()
    else:
        kept = "".join(f" {sign} " if _ideograph(sign) else sign for sign in text)
        bare = (
            sign
            for sign in unicodedata.normalize("NFD", kept)
            if unicodedata.category(sign) != "Mn"
        )
        parted = "".join(bare).lower()
    return "".join(_PARTED.get(sign) or _parted(sign) for sign in parted).split()


def _parted(sign: str) -> str:
    """`sign` as it is, apart where it is punctuation, a space for a space, nothing for a control."""
    category = unicodedata.category(sign)
    if sign in "\t\n\r" or category == "Zs":
        kept = " "
    elif category in {"Cc", "Cf", "Co", "Cs"} or sign == "\ufffd":
        kept = ""
    elif category.startswith("P") or ("!" <= sign <= "~" and not sign.isalnum()):
        kept = f" {sign} "
    else:
        kept = sign
    return kept


_PARTED = {chr(code): _parted(chr(code)) for code in range(32, 127)}


def _ideograph(sign: str) -> bool:
    return (
        "\u4e00" <= sign <= "\u9fff"
        or "\u3400" <= sign <= "\u4dbf"
        or "\uf900" <= sign <= "\ufaff"
        or "\U00020000" <= sign <= "\U0002a6df"
        or "\U0002a700" <= sign <= "\U0002ceaf"
        or "\U0002f800" <= sign <= "\U0002fa1f"
    )
