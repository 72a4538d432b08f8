"""The thresholds of the embedders that come with the program, set on the tuning half of the pairs."""

from itemwell.similar.decide import Thresholds

_MINILM = Thresholds()

DEFAULTS = {
    "minilm": _MINILM,
    "openai": _MINILM,
    "google": _MINILM,
    "hash": Thresholds(
        same_key=0.60, same_key_guarded=0.80, variant=0.85, grey=0.50, grey_same_key=0.33, slot=0.0
    ),
}
"""By the embedder's short name. A bank may have its own.

`hash` sees letters and no synonyms: its paraphrases lie lower, and a replaced word tells it nothing,
hence no slot. The vendors' embedders were never measured: they have MiniLM's thresholds until a bank
sets its own by `itemwell dedup tune`.
"""
