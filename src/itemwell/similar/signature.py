"""The strict signature of a question, and the skeleton that it shares with its isomorphs.

The signature folds only what cannot change a meaning: Unicode composition, white space, final
punctuation. Lower-casing or stripping symbols would make 5! and 5, Co and CO, x-1 and x+1 one.
The skeleton masks what item models vary: numbers, names, quoted words. It only nominates.
"""

import re
import unicodedata
from hashlib import sha256

from itemwell.bank import Draft

_NUMBER = re.compile(r"[-+−]?\d+(?:[.,:/]\d+)*%?")
_QUOTED = re.compile(r"[\"“”][^\"“”]+[\"“”]|(?<!\w)['‘][^'‘’]+['’](?!\w)")
_CAPITALISED = re.compile(r"(?<=[a-z0-9,;:)#@] )[A-Z]\w*(?: [A-Z]\w*)*")
_SENTENCE_NAME = re.compile(
    r"(?:(?<=^)|(?<=[.?!] ))(?!(?:A|An|The|In|On|At|If|How|What|Which|Who|Where|When|Why|Each|All|No|Some|Every|It|There|This|These|Find|Choose|Look)\b)[A-Z]\w+"
)


def signature(draft: Draft) -> str:
    """64 hexadecimal digits; the same for the same stem, stimulus, options in any order, and key.

    >>> from itemwell.bank import Option, Stratum
    >>> first = Draft(stratum=Stratum("math", "easy"), stem="What is  2 + 2?", key="A", explanation="",
    ...               options=(Option("4"), Option("5"), Option("3")))
    >>> from dataclasses import replace
    >>> same = replace(first, stem="What is 2 + 2 ?", options=first.options[::-1], key="C")
    >>> signature(first) == signature(same)
    True
    >>> signature(first) == signature(replace(first, key="B"))
    False
    """
    options = sorted(f"{canonical(option.text)}\x1f{option.svg or ''}" for option in draft.options)
    right = f"{canonical(draft.right.text)}\x1f{draft.right.svg or ''}"
    stimulus = draft.stimulus and f"{canonical(draft.stimulus.text)}\x1f{draft.stimulus.svg or ''}"
    return _digest(canonical(draft.stem), stimulus or "", *options, right)


def skeleton(draft: Draft) -> str:
    """32 hexadecimal digits, the same for questions that differ in numbers, names and quoted words."""
    return _digest(draft.family or "", masked(draft.stem))[:32]


def canonical(text: str) -> str:
    """`text` with composition, white space and final punctuation folded, and nothing else.

    >>> canonical(" Is  5! even ?")
    'Is 5! even'
    """
    folded = " ".join(unicodedata.normalize("NFC", text).split())
    return folded.rstrip(" .?:;,")


def masked(stem: str) -> str:
    """`stem` with numbers, quoted words and names replaced, in lower case.

    >>> masked("Anna has 12 red apples. How many has she after Ben takes 3?")
    '@ has # red apples. how many has she after @ takes #'
    """
    text = _QUOTED.sub('"@"', canonical(stem))
    text = _SENTENCE_NAME.sub("@", _CAPITALISED.sub("@", text))
    return _NUMBER.sub("#", text).casefold()


def _digest(*parts: str) -> str:
    return sha256("\x1e".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
