"""What is believed about items before their answers: log a and b normal, each item's own if need be."""

from dataclasses import dataclass

import numpy as np

from itemwell.irt.curve import Floats


@dataclass(frozen=True, slots=True)
class Prior:
    """log a ~ N(log_a_mean, log_a_sd^2) and b ~ N(b_mean, b_sd^2); each one number, or one an item (J).

    The default is weak: it moves a sound item of 200 answers by less than its standard error, and
    keeps one whose answers are all right from running away. It does not believe in an a near 0 or
    below, so look for items that do not measure, or have a wrong key, by their fit and correlation
    (`item_fit`) beside their a. A population of mean 0 and sd 1 is meant.
    """

    log_a_mean: float | Floats = 0.0
    log_a_sd: float | Floats = 0.6
    b_mean: float | Floats = 0.0
    b_sd: float | Floats = 2.0

    def __post_init__(self) -> None:
        """Raise ValueError for what is no distribution."""
        for name in self.__slots__:
            if not np.isfinite(getattr(self, name)).all():
                raise ValueError(f"{name} of the prior is not finite")
        if not (np.all(np.asarray(self.log_a_sd) > 0) and np.all(np.asarray(self.b_sd) > 0)):
            raise ValueError("a standard deviation of the prior is not above 0")

    def log_density(self, log_a: Floats, b: Floats) -> float:
        """Of all items together, up to a constant."""
        far = (b - self.b_mean) / self.b_sd
        return self.log_density_of_a(log_a) - 0.5 * float((far**2).sum())

    def log_density_of_a(self, log_a: Floats) -> float:
        """The part of the discriminations."""
        far = (log_a - self.log_a_mean) / self.log_a_sd
        return -0.5 * float((far**2).sum())

    def precision(self, a: Floats, d: Floats) -> tuple[Floats, Floats, Floats]:
        """What the prior knows of each item in (a, d): aa, ad, dd, J each."""
        b, of_log_a, of_b = -d / a, 1 / np.square(self.log_a_sd), 1 / np.square(self.b_sd)
        shape = np.ones_like(a)
        aa = (of_log_a + of_b * b**2) / a**2
        return aa * shape, of_b * b / a**2 * shape, of_b / a**2 * shape
