"""Which answers a calibration believes: rules with their sources, each to be switched off, each counted.

- *orphans*: the question is not in the bank.
- *future*, *mistimed*: what cannot be: answered later than now, a time below 0 or above a day.
- *repeated*: only a learner's first answer to a question tells of its difficulty; a later one knows it.
- *rapid*: too quick to have read the question: under a tenth of the time that it takes half of the
  learners, and under 10 seconds (normative threshold NT10: Wise and Ma, "Setting response time
  thresholds for a CAT item pool", NCME 2012). Only where 30 times of the question are known.
- *bots*: learners who guess rapidly at more than half of what they answer, of 10 timed answers at
  least (response-time effort under .5: Wise and Kong, Applied Measurement in Education 18, 2005), or
  who choose the same letter 20 times and no other (longstring: Johnson, Journal of Research in
  Personality 39, 2005). None of their answers is used.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

CLOCKS_APART = timedelta(minutes=5)
"""An answer may be so much later than the server's clock: the learner's may be fast."""

LONGEST_MS = 86_400_000
RAPID_SHARE = 0.1
RAPID_MOST_MS = 10_000.0
FEWEST_TIMES = 30
BOT_FEWEST_TIMES = 10
BOT_SHARE = 0.5
BOT_LETTERS = 20


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force. Orphans and repeated answers are always left out: no fit has a place for them."""

    impossible: bool = True
    rapid: bool = True
    bots: bool = True
    since: datetime | None = None  # answers of before are left out


@dataclass(slots=True)
class Counts:
    """What became of the answers that were read. Each is counted once, by the first rule it meets."""

    read: int = 0
    orphans: int = 0
    before_since: int = 0
    future: int = 0
    mistimed: int = 0
    repeated: int = 0
    rapid: int = 0
    bots: int = 0
    used: int = 0
    bot_learners: int = 0
    learners: int = 0
    questions: int = 0
