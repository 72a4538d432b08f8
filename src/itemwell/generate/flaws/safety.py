"""Rules on texts that may harm a page, a terminal or a reader's trust in what they see."""

import re
from collections.abc import Callable

from itemwell.bank import Draft
from itemwell.generate.flaws.parts import lettered, pictures, quoted, texts
from itemwell.generate.flaws.rule import Rule
from itemwell.generate.flaws.words import fold, is_english

_TAGS = (
    "a|abbr|address|applet|article|aside|audio|base|blink|blockquote|body|br|button|canvas|center|code|dd|del|details"
    "|dialog|div|dl|dt|em|embed|fieldset|figure|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|img"
    "|input|ins|kbd|label|li|link|main|marquee|mark|math|meta|nav|noscript|object|ol|option|pre|script|section"
    "|select|small|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|th|thead|tr|tt|ul|video"
)
_MARKUP = re.compile(
    rf"</[a-z][a-z0-9]{{0,20}}\s*>|<!--|<!doctype|<!\[CDATA|<(?:{_TAGS})(?:/?>|\s[^<>]{{0,300}}=[^<>]{{0,300}}>|\s*/>)"
    r"|<(?:script|iframe|style|object|embed|svg|img)\b(?=\s)|<[a-z][^<>]{0,300}\son[a-z]{3,20}\s*="
    r"|\b(?:javascript|vbscript):(?=\S)|\bdata:text/html|!\[[^\]\n]{0,200}\]\(|\]\((?:https?:)?//",
    re.IGNORECASE,
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufeff\ufff9-\uffff"
    r"\u202a-\u202e\u2060-\u2064\U000f0000-\U0010ffff]"
)
_JOINER = re.compile(r"(?:^|[\x00-\u024f])[\u200b-\u200d]")
_TAGGED = re.compile("[\U000e0000-\U000e007f]")
_PLACEHOLDER = re.compile(
    r"(?<![\w\\}^_$])(?:\{\{\s*\w[\w .]{0,40}\}\}|\{[A-Za-z_]\w{2,40}(?:[.:!][\w.]{1,20})?\})"
    r"|\$\{\w{1,40}\}|%\(\w{1,40}\)[sd]|\[(?i:insert|your|placeholder|name|todo|tbd)\b[^\]\n]{0,60}\]"
)
_TO_DO = re.compile(
    r"\b(?:TODO|TBD|FIXME)\s*:|^\W*(?:TODO|TBD|FIXME|XXX+)\W*$|\b(?i:lorem ipsum)\b"
)
_NOTES = ("TODO", "TBD", "FIXME", "XXX", "orem ipsum", "OREM IPSUM")
_TO_DO_IN_ENGLISH = re.compile(r"\b(?:TODO|FIXME)\b")
_UNNAMED = re.compile(
    r"(?:(?:option|choice|distractor|(?:(?:correct|right|wrong|incorrect) )?answer)(?: ?(?:[a-f]|\d))|distractor|\.\.\.)",
    re.IGNORECASE,
)
_LETTERS = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_LIKE_LATIN = frozenset("аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅԚԜ")
_LIKE_CYRILLIC = frozenset("aeopcyxABEKMHOPCTYX")


def unsafe_markup(draft: Draft) -> str | None:
    return _first(draft, "has markup", _marked_up)


def control_characters(draft: Draft) -> str | None:
    """What has no shape of its own: controls, overrides of direction, lone surrogates, tags.

    Joiners and zero-width spaces are letters' business in many scripts, and left alone there.
    """
    for part in (*texts(draft), *pictures(draft)):
        if found := _invisible(part.text):
            return f"{part.name} has the character U+{ord(found[0][-1]):04X}"
    return None


def placeholder(draft: Draft) -> str | None:
    for letter, option in lettered(draft):
        if option.svg is None and _UNNAMED.fullmatch(fold(option.text)):
            return f"{letter} was never filled in: {quoted(option.text)}"
    return _first(draft, "has a placeholder", _unfilled)


def mixed_scripts(draft: Draft) -> str | None:
    """A Latin word with Cyrillic letters that look like Latin ones, or the reverse."""
    return _first(draft, "mixes scripts", _masked)


def _marked_up(text: str) -> re.Match[str] | None:
    return _MARKUP.search(text) if "<" in text or ":" in text or "](" in text else None


def _invisible(text: str) -> re.Match[str] | None:
    if text.replace("\n", "").isprintable() and "\ufffd" not in text:
        return None
    found = _CONTROL.search(text) or _JOINER.search(text)
    return found or (None if "\N{WAVING BLACK FLAG}" in text else _TAGGED.search(text))


def _unfilled(text: str) -> re.Match[str] | None:
    if any(mark in text for mark in "{%[") and (found := _PLACEHOLDER.search(text)):
        return found
    if not any(mark in text for mark in _NOTES):
        return None
    return _TO_DO.search(text) or (_TO_DO_IN_ENGLISH.search(text) if is_english(text) else None)


def _masked(text: str) -> re.Match[str] | None:
    if text.isascii() or not _CYRILLIC.search(text):
        return None
    for match in _LETTERS.finditer(text):
        cyrillic, others = set(_CYRILLIC.findall(match[0])), set(_CYRILLIC.sub("", match[0]))
        if cyrillic and others and (cyrillic <= _LIKE_LATIN or others <= _LIKE_CYRILLIC):
            return match
    return None


def _first(
    draft: Draft, complaint: str, search: Callable[[str], re.Match[str] | None]
) -> str | None:
    for part in texts(draft):
        if found := search(part.text):
            return f"{part.name} {complaint}: {quoted(found[0])}"
    return None


RULES = (
    Rule("markup", "ours: a question is text; what shows it must not run it", unsafe_markup),
    Rule("control-characters", "ours: what cannot be seen cannot be judged", control_characters),
    Rule("placeholder", "Haladyna 2002, 11: edit and proof items", placeholder),
    Rule("mixed-scripts", "ours: lookalike letters (Unicode TR 39) hide twins", mixed_scripts),
)
