"""Item response theory: the two-parameter logistic model fitted to sparse answers.

    from itemwell import irt

    answers = irt.Responses.of_triplets(persons, items, correct)
    fitted = irt.fit(answers)
    fitted.a, fitted.b, fitted.se_b

numpy in, numpy out. Nothing here knows of a bank, a question or a run.
"""

from itemwell.irt.ability import Abilities, abilities
from itemwell.irt.anchors import Anchors
from itemwell.irt.discovery import benjamini_hochberg
from itemwell.irt.fit import Fit, fit
from itemwell.irt.itemfit import ItemFit, item_fit
from itemwell.irt.link import Estimates, Linked, link
from itemwell.irt.prior import Prior
from itemwell.irt.responses import Responses

__all__ = [
    "Abilities",
    "Anchors",
    "Estimates",
    "Fit",
    "ItemFit",
    "Linked",
    "Prior",
    "Responses",
    "abilities",
    "benjamini_hochberg",
    "fit",
    "item_fit",
    "link",
]
