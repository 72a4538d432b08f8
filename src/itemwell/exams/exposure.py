"""How often a question may be in exams: a lottery that keeps the most useful ones below their cap.

The item-eligibility method (van der Linden and Veldkamp, 2004, J. Educ. Behav. Stat. 29, 273-291): a
question takes part in the choice with probability cap x (exams it could be in) / (exams it is in).
All exams are drawn from alike pools that way, where a plain limit would give the first exams the
best questions. The limit stands behind it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Marks = NDArray[np.bool_]


@dataclass
class Exposure:
    """Of one exam type: how many exams there are, and in how many each question is (N)."""

    cap: float
    exams: int
    used: NDArray[np.int64]
    eligible: NDArray[np.int64]

    @classmethod
    def of(cls, cap: float, exams: int, used: NDArray[np.int64]) -> "Exposure":
        """After `exams` exams, whose lotteries are not on record."""
        return cls(cap, exams, used.copy(), np.full(len(used), exams, np.int64))

    @property
    def most(self) -> int:
        """In how many exams a question may be, once there is one more."""
        return max(1, int(self.cap * (self.exams + 1)))

    def within(self) -> Marks:
        """The questions that one more exam may hold."""
        return self.used < self.most

    def draw(self, rng: np.random.Generator) -> Marks:
        """The questions that take part in the choice for one more exam."""
        chance = np.full(len(self.used), 1.0)
        known = self.used > 0
        chance[known] = self.cap * self.eligible[known] / self.used[known]
        return self.within() & (rng.random(len(chance)) < chance)

    def count(self, chosen: NDArray[np.int64], taking_part: Marks) -> None:
        """One more exam, of these questions."""
        self.exams += 1
        self.eligible += taking_part
        self.used[chosen] += 1
