"""Item-writing flaws: what is wrong with a question can often be seen without solving it.

draft -> structure -> stem -> options -> cues -> explanation -> safety -> svg

To add a rule: write a pure function `(draft) -> str | None` in the file that is about what it
looks at, name it in the `RULES` at that file's end with its source, and give it two bad and two
good examples in tests/generate/test_flaws.py.

Sources: Haladyna, Downing & Rodriguez (2002), A review of multiple-choice item-writing guidelines
for classroom assessment, by the number of the guideline; Tarrant, Knierim, Hayes & Ware (2006),
The frequency of item writing flaws in multiple-choice questions used in high stakes nursing
assessments; NBME, Constructing written test questions for the basic and clinical sciences.
"""

from itemwell.generate.flaws import cues, explanation, options, safety, stem, structure, svg
from itemwell.generate.flaws.rule import Rule

RULES: tuple[Rule, ...] = (
    *structure.RULES,
    *stem.RULES,
    *options.RULES,
    *cues.RULES,
    *explanation.RULES,
    *safety.RULES,
    *svg.RULES,
)

__all__ = ["RULES", "Rule"]
