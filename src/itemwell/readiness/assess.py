"""What an adaptive test of a type needs, and what is missing. Pure.

Enough questions whose parameters are known well, and some at every level: an adaptive test looks for
the question that tells most about this learner, and where there is none it asks a worse one.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from itemwell.store.calibrations import InForce

FEWEST = 30
FEWEST_A_BAND = 5
MOST_SE_B = 0.50
MOST_SE_A = 0.30

BANDS = ("b < -1", "-1 <= b <= 1", "b > 1")


class Readiness(NamedTuple):
    """How a question type stands."""

    question_type: str
    active: int
    calibrated: int
    sound: int  # calibrated, both standard errors within bounds
    by_band: Mapping[str, int]  # of the sound ones

    @property
    def missing(self) -> list[str]:
        """What has to come before the type is ready, each in words."""
        needs = []
        if self.sound < FEWEST:
            needs.append(
                f"{FEWEST - self.sound} more with SE(b) <= {MOST_SE_B:.2f} and SE(a) <= {MOST_SE_A:.2f}"
            )
        needs += [
            f"{FEWEST_A_BAND - count} more at {band}"
            for band, count in self.by_band.items()
            if count < FEWEST_A_BAND
        ]
        return needs

    @property
    def ready(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def assess(active: Mapping[str, int], published: Iterable[tuple[str, InForce]]) -> list[Readiness]:
    """Each type that has an active question, by name; `published` are types with what is in force."""
    of_type: dict[str, list[InForce]] = {kind: [] for kind in sorted(active)}
    for kind, each in published:
        if kind in of_type:
            of_type[kind].append(each)
    return [_one(kind, active[kind], calibrated) for kind, calibrated in of_type.items()]


def band(difficulty: float) -> str:
    """The band that a difficulty lies in.

    >>> band(-1.2), band(-1.0), band(1.01)
    ('b < -1', '-1 <= b <= 1', 'b > 1')
    """
    if difficulty < -1:
        return BANDS[0]
    return BANDS[1] if difficulty <= 1 else BANDS[2]


def _one(kind: str, active: int, calibrated: list[InForce]) -> Readiness:
    sound = [each for each in calibrated if _is_sound(each)]
    places = [band(each.difficulty) for each in sound]
    by_band = {name: places.count(name) for name in BANDS}
    return Readiness(kind, active, len(calibrated), len(sound), by_band)


def _is_sound(each: InForce) -> bool:
    return (
        each.se_difficulty is not None
        and each.se_discrimination is not None
        and each.se_difficulty <= MOST_SE_B
        and each.se_discrimination <= MOST_SE_A
    )
