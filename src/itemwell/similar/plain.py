r"""A text without its markup: LaTeX and Markdown read, Unicode's twin forms folded, meaning untouched.

>>> plain(r"**What** is \(\frac{1}{2} \times 60\)?")
'What is 1/2 * 60?'
"""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufe0e\ufe0f\ufeff]"
)
_TAG = re.compile(
    r"</?(?:b|i|u|em|strong|p|br|hr|span|div|code|pre|tt|li|ul|ol)(?:\s+[a-z-]+=\"[^\"]*\")*\s*/?>",
    re.IGNORECASE,
)
_RAISED = re.compile(r"<(sup|sub)>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3})(?=\S)([^*]+?)(?<=\S)\1(?![\w*])")
_CODE = re.compile(r"(`+)(?=\S)([^`]+?)(?<=\S)\1")
_HEADING = re.compile(r"^[^\S\n]{0,3}#{1,6}[^\S\n]+(?=\S)", re.MULTILINE)
_LABEL = re.compile(
    r"^\s*(?:q(?:uestion)?\s*\d*\s*[.:)]|question\s+\d+\b|\(?\d{1,3}[.)])\s+", re.IGNORECASE
)
_DOLLARS = re.compile(r"\$\$(.+?)\$\$|\$(?=\S)([^$]+?)(?<=[^\s\\])\$(?!\d)", re.DOTALL)
_MATHS = re.compile(r"\\[()\[\]]")
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]*)\}")
_WORDED = re.compile(r"\\(?:text|mathrm|mathbf|mathit|operatorname|boxed)\s*\{([^{}]*)\}")
_BRACED = re.compile(r"([\^_])\{\s*([^{}\s]*)\s*\}")
_LAYOUT = re.compile(r"\\(?:left|right|displaystyle|quad|qquad|big|Big)(?![a-zA-Z])|\\[,;:! ]")
_COMMAND = re.compile(r"\\([a-zA-Z]+)")
_DEGREES = re.compile(r"\^\s*\{?\s*\\circ\s*\}?")
_COMMANDS = {
    "times": "*", "cdot": "*", "div": "/", "pm": "±", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠",
    "neq": "≠", "approx": "≈", "to": "→", "rightarrow": "→", "infty": "∞", "pi": "π", "alpha": "α", "beta": "β",
    "gamma": "γ", "theta": "θ", "lambda": "λ", "mu": "μ", "sigma": "σ", "phi": "φ", "omega": "ω", "Delta": "Δ",
    "Sigma": "Σ", "Omega": "Ω", "sum": "∑", "int": "∫", "circ": "°", "ldots": "...", "dots": "...", "cdots": "...",
}  # fmt: skip
_SIGNS = str.maketrans(
    {
        "−": "-", "–": "-", "‐": "-", "‑": "-", "×": "*", "⋅": "*", "·": "*", "∙": "*", "÷": "/", "⁄": "/", "∕": "/",
        "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "‚": "'", "`": "'", "´": "'",
        "…": "...", "µ": "μ", "،": ",", "؟": "?", "؛": ";", "。": ".", "、": ",", "？": "?", "！": "!", "，": ",",
        "：": ":", "；": ";", "।": ".", "॥": ".", "٪": "%", "٫": ".", "٬": ",", "—": " - ",
    }
)  # fmt: skip
_VULGAR = re.compile("[¼-¾⅐-⅞]")
_POWERS = re.compile("[⁰¹²³⁴-⁹⁺⁻ⁿⁱ]+")
_INDICES = re.compile("[₀-₉₊₋ₐ-ₜ]+")
_WIDE = re.compile("[\uff01-\uff5e\u3000]")
_GROUPED = re.compile(r"(?<![\d.,(\[{])\d{1,3}(?:,\d{3})+(?![\d,]|\.\d*,)")
_OPERATORS = (("<=", "≤"), (">=", "≥"), ("!=", "≠"), ("=/=", "≠"))
_DOTS = re.compile(r"\.{3,}|(?<=\s)\.\.+")
_QUOTES = re.compile(r"(?<!\w)'(?=\S)([^']*?)(?<=\S)'(?!\w)")


def plain(text: str) -> str:
    """`text` as one line of signs that mean something. "" for nothing but spaces and direction marks."""
    seen = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    seen = _WIDE.sub(lambda wide: unicodedata.normalize("NFKC", wide.group()), seen)
    if "\\" in seen or "$" in seen:
        seen = _latex(seen)
    seen = _unmarked(seen.strip())
    if not seen.isascii():
        seen = _folded(seen)
    for written, sign in _OPERATORS:
        seen = seen.replace(written, sign)
    seen = _GROUPED.sub(lambda number: number.group().replace(",", ""), _DOTS.sub(" ", seen))
    return " ".join(_QUOTES.sub(r'"\1"', seen.replace("`", "'")).split())


def _unmarked(text: str) -> str:
    """Without tags, emphasis, code fences, headings and the question's own number."""
    text = _RAISED.sub(lambda found: f"{'^' if found[1].lower() == 'sup' else '_'}{found[2]}", text)
    text = _HEADING.sub("", _TAG.sub(" ", text))
    return _LABEL.sub(
        "", _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", _CODE.sub(r"\2", text))).strip()
    )


def _latex(text: str) -> str:
    text = _DOLLARS.sub(lambda found: found[1] or found[2], text)
    text = _DEGREES.sub("°", _LAYOUT.sub("", _MATHS.sub("", text)))
    for _ in range(3):  # the innermost braces first
        text = _BRACED.sub(r"\1\2", _WORDED.sub(r"\1", _ROOT.sub(r"sqrt(\1)", text)))
        text = _FRACTION.sub(lambda found: f"{_operand(found[1])}/{_operand(found[2])}", text)
    return _COMMAND.sub(lambda found: _COMMANDS.get(found[1], found[1]), text).replace("\\%", "%")


def _operand(part: str) -> str:
    return part if part.isalnum() else f"({part})"


def _folded(text: str) -> str:
    """Raised digits as ^, lowered as _, vulgar fractions as a/b, any script's digits as 0 to 9."""
    text = _VULGAR.sub(
        lambda found: unicodedata.normalize("NFKC", found.group()).replace("⁄", "/"), text
    )
    text = _POWERS.sub(lambda found: "^" + unicodedata.normalize("NFKC", found.group()), text)
    text = _INDICES.sub(lambda found: "_" + unicodedata.normalize("NFKC", found.group()), text)
    digits = {ord(sign): str(unicodedata.decimal(sign)) for sign in set(text) if sign.isdecimal()}
    return text.translate(_SIGNS).translate(digits)
