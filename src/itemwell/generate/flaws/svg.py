"""The rule on pictures: SVG of shapes and words, and nothing that acts, loads or points elsewhere."""

from itemwell.bank import Draft
from itemwell.generate.flaws.parts import is_oversized, pictures
from itemwell.generate.flaws.rule import Rule
from itemwell.pictures import complaint


def unsafe_picture(draft: Draft) -> str | None:
    for part in pictures(draft):
        if not is_oversized(part) and (found := complaint(part.text)):
            return f"{part.name}: {found}"
    return None


RULES = (Rule("picture-unsafe", "ours: an allow-list of elements and attributes", unsafe_picture),)
