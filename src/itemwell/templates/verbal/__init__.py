"""Item models of the type verbal, one a file.

The tables beside them hold the words: `meanings` and its `lures`, `relations`, `categories`,
`compounds`, `affixes`, `stories`; `lexicon` is all of their words, `letter_codes` the codes.
"""

from itemwell.templates.model import ItemModel
from itemwell.templates.verbal import (
    affix_meaning,
    analogy,
    antonym,
    compound_link,
    group_name,
    letter_code,
    odd_one_out,
    sentence_order,
    synonym,
    word_from_letters,
)

MODELS: tuple[ItemModel, ...] = (
    synonym.MODEL,
    antonym.MODEL,
    analogy.MODEL,
    odd_one_out.MODEL,
    group_name.MODEL,
    affix_meaning.MODEL,
    compound_link.MODEL,
    word_from_letters.MODEL,
    letter_code.MODEL,
    sentence_order.MODEL,
)
