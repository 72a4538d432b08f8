"""Anderson acceleration of a fixed-point map: the next point is the best mix of the last ones.

Walker and Ni (2011), SIAM J. Numer. Anal. 49, 1715-1735. EM converges at the rate of the share of
information that is missing; the few directions in which that is much (the scale that all items
share) are what a mix of few points takes out.
"""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from itemwell.irt.curve import Floats

RIDGE = 1e-10
"""Of the least-squares problem, relative to its scale: differences become nearly parallel."""


@dataclass
class Anderson:
    """What the last points taught. `memory` differences are kept at most."""

    memory: int = 5
    _points: deque[Floats] = field(default_factory=deque)
    _images: deque[Floats] = field(default_factory=deque)

    def propose(self, point: Floats, image: Floats) -> Floats:
        """Where to go from `point`, which the map sends to `image`."""
        self._points.append(point)
        self._images.append(image)
        if len(self._points) > self.memory + 1:
            self._points.popleft()
            self._images.popleft()
        if len(self._points) < 2:
            return image
        residuals = np.array(self._images) - np.array(self._points)
        steps = np.diff(residuals, axis=0)
        moves = np.diff(np.array(self._images), axis=0)
        gram = steps @ steps.T
        gram[np.diag_indices_from(gram)] += RIDGE * np.trace(gram)
        shares = np.linalg.solve(gram, steps @ residuals[-1])
        proposed: Floats = image - shares @ moves
        return proposed

    def forget(self) -> None:
        """Begin anew: the last proposal was no good."""
        self._points.clear()
        self._images.clear()
