"""Rules on words that the key shares with the stem or with the other options, and they do not."""

import re
from collections import Counter

from itemwell.bank import Draft
from itemwell.generate.flaws.parts import key, lettered, quoted
from itemwell.generate.flaws.rule import Rule
from itemwell.generate.flaws.words import fold, holds, listed, words

_BETWEEN_ELEMENTS = re.compile(r" ?[,;/] ?(?:and )?| and | with ")
_ELEMENT = re.compile(r"[^\W\d_]{3,}(?:[ '-][^\W\d_]+)*")
_WEAK = listed(
    "about above after again against among another answer because before below between correct"
    " could despite during either every first following found given hence however might never"
    " often option other question right shall should since statement their there therefore these"
    " thing those though through under until using where whether which while whose within without"
    " would yours"
    " the and for are was has had his her its not but can all any who how why one two out off our you"
    " she him may must will with from that this they them than then what when have were been does did"
    " each some most more less only also into onto over very much many such both same word letter number sentence"
    " according similar likely people problem"
)


def convergence(draft: Draft) -> str | None:
    """Options that are lists of words, and a key that alone is made of what most options have."""
    parts = {letter: _elements(o.text) for letter, o in lettered(draft) if o.svg is None}
    right = parts.get(draft.key, frozenset())
    if len(right) < 2 or {len(elements) for elements in parts.values()} != {len(right)}:
        return None
    count_by_element = Counter(element for elements in parts.values() for element in elements)
    common = {element for element, n in count_by_element.items() if 2 * n > len(parts)}
    if [letter for letter, elements in parts.items() if elements <= common] != [draft.key]:
        return None
    return f"the parts of key {draft.key} are those that most options have"


def key_in_stem(draft: Draft) -> str | None:
    """The whole key in the stem, where no distractor consists of the stem's words.

    Keys with a digit, and keys of fewer than four letters, stand in stems by chance.
    """
    right = key(draft)
    if right is None or _letters(right.text) < 4 or any(c.isdigit() for c in right.text):
        return None
    asked = set(words(draft.stem))
    if set(words(right.text)) <= _WEAK:
        return None
    if any(words(option.text) and asked.issuperset(words(option.text)) for option in draft.wrong):
        return None
    return (
        f"the stem names the key: {quoted(right.text)}" if holds(draft.stem, right.text) else None
    )


def clang(draft: Draft) -> str | None:
    """A word of five letters that stem and key share, where no distractor shares any of three."""
    if key(draft) is None or key_in_stem(draft):
        return None
    asked = _content(draft.stem)
    shared = {letter: asked & _content(option.text) for letter, option in lettered(draft)}
    repeated = sorted(word for word in shared.pop(draft.key) if len(word) >= 5)
    if not repeated or any(shared.values()):
        return None
    return f"only key {draft.key} repeats the stem: {', '.join(repeated[:3])}"


def _elements(text: str) -> frozenset[str]:
    parts = _BETWEEN_ELEMENTS.split(fold(text).casefold().rstrip("."))
    if not all(_ELEMENT.fullmatch(part) for part in parts):
        return frozenset()
    return frozenset(parts)


def _letters(text: str) -> int:
    return sum(c.isalpha() for c in text)


def _content(text: str) -> set[str]:
    return {word for word in words(text) if len(word) >= 3} - _WEAK


RULES = (
    Rule("convergence", "NBME: convergence strategy", convergence),
    Rule("key-in-stem", "Haladyna 2002, 28b: choices identical to words in the stem", key_in_stem),
    Rule("clang", "NBME: word repeats; Haladyna 2002, 28b: clang associations", clang),
)
