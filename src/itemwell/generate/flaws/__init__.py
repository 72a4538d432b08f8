"""Item-writing flaws: what is wrong with a question can often be seen without solving it.

draft -> structure -> stem -> negatives -> distinct -> options -> cues -> echoes -> explanation -> safety -> svg

To add a rule: write a pure function `(draft) -> str | None` in the file that is about what it
looks at, name it in the `RULES` at that file's end with its source, and give it two bad and two
good examples in tests/generate/test_flaws.py.

Sources: Haladyna, Downing & Rodriguez (2002), A review of multiple-choice item-writing guidelines
for classroom assessment, by the number of the guideline; NBME (Case & Swanson), Constructing
written test questions for the basic and clinical sciences.
"""

from itemwell.generate.flaws import (
    cues,
    distinct,
    echoes,
    explanation,
    negatives,
    options,
    safety,
    stem,
    structure,
    svg,
)
from itemwell.generate.flaws.rule import Rule

RULES: tuple[Rule, ...] = (
    *structure.RULES,
    *stem.RULES,
    *negatives.RULES,
    *distinct.RULES,
    *options.RULES,
    *cues.RULES,
    *echoes.RULES,
    *explanation.RULES,
    *safety.RULES,
    *svg.RULES,
)

__all__ = ["RULES", "Rule"]
