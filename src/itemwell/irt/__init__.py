"""Item response theory: the two-parameter logistic model fitted to sparse answers.

    from itemwell import irt

    answers = irt.Responses.of_triplets(persons, items, correct)
    fitted = irt.fit(answers)
    fitted.a, fitted.b, fitted.se_b

numpy in, numpy out. Nothing here knows of a bank, a question or a run.
"""

from itemwell.irt.fit import Anchors, Fit, fit
from itemwell.irt.prior import Prior
from itemwell.irt.responses import Responses

__all__ = ["Anchors", "Fit", "Prior", "Responses", "fit"]
