"""Items that a fit takes as they are: they hold its scale."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from itemwell.irt.curve import Floats


@dataclass(frozen=True, slots=True)
class Anchors:
    """Items whose parameters are held: their numbers, discriminations and difficulties."""

    items: NDArray[np.int64]
    a: Floats
    b: Floats

    @classmethod
    def of(cls, items: ArrayLike, a: ArrayLike, b: ArrayLike) -> "Anchors":
        """Raises ValueError for arrays that do not fit, an a that is not above 0, what is not finite."""
        made = cls(np.asarray(items, np.int64), np.asarray(a, float), np.asarray(b, float))
        if not made.items.shape == made.a.shape == made.b.shape or made.items.ndim != 1:
            raise ValueError("items, a and b of anchors must be one-dimensional and of one length")
        if not made.items.size:
            raise ValueError("there is no anchor: leave anchors out to fit on a scale of its own")
        if made.items.min() < 0:
            raise ValueError("items are numbered from 0")
        if not (np.isfinite(made.a).all() and np.isfinite(made.b).all() and (made.a > 0).all()):
            raise ValueError("an anchor's a is not above 0, or its a or b is not finite")
        if len(np.unique(made.items)) != len(made.items):
            raise ValueError("an anchor is named twice")
        return made
