"""The nouns of the bank. Frozen, and importing nothing of ours: every other part speaks in these."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

QUESTION_TYPES = ("pattern", "logic", "spatial", "math", "verbal", "memory")
"""The types that item models are shipped for. A bank may hold any further type."""

DIFFICULTIES = ("easy", "medium", "hard")

QUESTION_STATUSES = ("quarantined", "pretest", "active", "watch", "retired")

LETTERS = "ABCDEF"
"""An option's name is the letter of its place."""


class Stratum(NamedTuple):
    """The cell of the bank that a question belongs to, and that targets are set for."""

    question_type: str
    difficulty: str

    def __str__(self) -> str:
        return f"{self.question_type}/{self.difficulty}"


def strata(
    types: tuple[str, ...] = QUESTION_TYPES, difficulties: tuple[str, ...] = DIFFICULTIES
) -> list[Stratum]:
    """Every stratum of these types and difficulties, in their order."""
    return [Stratum(kind, difficulty) for kind in types for difficulty in difficulties]


@dataclass(frozen=True, slots=True)
class Slot:
    """One question to write. Seed and attempt give the same draft again; ordinal places its key.

    The id 0 stands for none: what is asked then belongs to no slot of the bank.
    """

    id: int
    stratum: Stratum
    ordinal: int
    seed: str
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Stimulus:
    """What is read or looked at before the stem. `text` describes the picture where there is one."""

    text: str
    svg: str | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose. A distractor names the misconception that leads to it; the key has none."""

    text: str
    misconception: str | None = None
    svg: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """The words of a source that support the key."""

    source: str  # the file's name
    sha256: str  # of its text
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A question that is not in the bank, or not yet. `key` is the letter of the right option."""

    stratum: Stratum
    stem: str
    options: tuple[Option, ...]
    key: str
    explanation: str
    stimulus: Stimulus | None = None
    family: str | None = None  # the item model that computed it, such as "math.percent_change"
    features: Mapping[str, int] = field(default_factory=dict)  # what makes it as hard as it is
    citation: Citation | None = None  # where it was written about a given text

    @property
    def right(self) -> Option:
        """The option that `key` names. Raises LookupError where it names none."""
        return dict(zip(LETTERS, self.options, strict=False))[self.key]

    @property
    def wrong(self) -> tuple[Option, ...]:
        """The distractors, in their order."""
        return tuple(
            option
            for letter, option in zip(LETTERS, self.options, strict=False)
            if letter != self.key
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Posed:
    """A draft as a learner sees it: no key, no misconceptions, no explanation."""

    stem: str
    options: tuple[Option, ...]
    stimulus: Stimulus | None = None

    @classmethod
    def blind(cls, draft: Draft) -> "Posed":
        """`draft` with everything taken away that would tell its key."""
        options = tuple(Option(option.text, svg=option.svg) for option in draft.options)
        return cls(stem=draft.stem, options=options, stimulus=draft.stimulus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A draft that passed its gates, with what tells it from all others and who vouched for it."""

    draft: Draft
    signature: str
    skeleton: str
    gates: Mapping[str, str]  # {"check": "28 rules", "solve": "math.percent_change found B", ...}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question in the bank."""

    id: int
    draft: Draft
    status: str
    status_reason: str | None
    signature: str
    skeleton: str
    gates: Mapping[str, str]
    run_id: int | None
    created_at: datetime


def as_dict(draft: Draft) -> dict[str, Any]:
    """`draft` as plain values: the form of JSONL files and of the bank's own columns."""
    fields = asdict(draft)
    fields |= fields.pop("stratum")._asdict()
    return fields


def from_dict(fields: Mapping[str, Any]) -> Draft:
    """The draft that `as_dict` wrote. The values are believed: check what comes from outside."""
    stimulus, citation = fields.get("stimulus"), fields.get("citation")
    return Draft(
        stratum=Stratum(fields["question_type"], fields["difficulty"]),
        stem=fields["stem"],
        options=tuple(Option(**option) for option in fields["options"]),
        key=fields["key"],
        explanation=fields["explanation"],
        stimulus=Stimulus(**stimulus) if stimulus else None,
        family=fields.get("family"),
        features=dict(fields.get("features") or {}),
        citation=Citation(**citation) if citation else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to a model: opened before it is made, closed with what came of it.

    `price_usd` is the worst that it may cost until it is closed; None where no price is known.
    """

    id: UUID
    run_id: int | None
    slot_id: int | None
    attempt: int
    stage: str
    seat: int
    subject: str
    vendor: str
    model: str
    prompt_version: str
    request_hash: str
    prompt: str
    price_usd: Decimal | None
    state: str = "asked"
    body: str | None = None
    finish: str | None = None
    error_kind: str | None = None
    error_message: str | None = None
    perhaps_billed: bool = True
    input_tokens: int | None = None
    cached_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    usage_estimated: bool | None = None
    latency_ms: int | None = None
    vendor_request_id: str | None = None
    notes: str | None = None
    batch_id: UUID | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One learner's answer to one question. Without `answered_at` it is of the moment it is stored."""

    user_id: str
    question_id: int
    is_correct: bool
    selected_option: str | None = None
    response_time_ms: int | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemParameters:
    """What one calibration found of one question. None: it could not be told.

    `covariance` is that of the two estimates, `point_biserial` the correlation with the rest of
    the test. Where it is not `published`, `reason` says why, and the question keeps what it had.
    """

    question_id: int
    responses: int
    published: bool
    difficulty: float | None = None
    discrimination: float | None = None
    se_difficulty: float | None = None
    se_discrimination: float | None = None
    covariance: float | None = None
    p_value: float | None = None
    point_biserial: float | None = None
    infit: float | None = None
    outfit: float | None = None
    fit_p: float | None = None
    anchor: bool = False
    flags: tuple[str, ...] = ()
    reason: str | None = None


class Choice(NamedTuple):
    """How often an option was chosen, and how able its choosers were (their share of right answers)."""

    letter: str
    chosen: int
    ability: float
    is_key: bool


class ExamQuestion(NamedTuple):
    """A question's place in an exam: which one, of which wording, its options in which order."""

    question_id: int
    order: str  # "CADB": what the bank calls C is A here
    scored: bool
    stratum: Stratum
    signature: str  # of the wording; its beginning is enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Exam:
    """An exam made ahead of time. `spares` take the place of questions that are retired meanwhile.

    The same exam is told by learner, type and seed.
    """

    user_id: str
    exam_type: str
    questions: tuple[ExamQuestion, ...]
    expires_at: datetime
    seed: str
    spares: tuple[ExamQuestion, ...] = ()
    run_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An exam as it is handed out: what the learner sees of each question, and no key.

    `replaced` questions were retired since, and `missing` ones had no spare left.
    """

    exam_id: int
    attempt_id: int
    exam_type: str
    expires_at: datetime
    questions: tuple[
        Mapping[str, Any], ...
    ]  # {"id", "stem", "stimulus", "options": [{"letter", ...}]}
    replaced: int = 0
    missing: int = 0


class AnswerKey(NamedTuple):
    """The right letter at a place of an attempt, by its order; None where the question is gone."""

    position: int
    question_id: int
    key: str | None
    scored: bool


class Learner(NamedTuple):
    """Who may get a snapshot. The times are None where only answers or studies tell of him."""

    user_id: str
    time_zone: str | None  # None: the site's
    active_at: datetime | None  # last
    known_at: datetime | None  # first


class Published(NamedTuple):
    """The questions whose parameters are in force, by id, and the calibration that found them."""

    calibration_id: int | None
    ids: Sequence[int]
    types: Sequence[str]
    discriminations: Sequence[float]
    difficulties: Sequence[float]


class Snapshot(NamedTuple):
    """A learner's day that is over. `reason` says why there is no pace; pace and average are 0 to 100."""

    user_id: str
    snapshot_date: date
    pace_score: float | None
    quiz_average: float | None
    lessons_completed_count: int
    time_spent_seconds: int
    pace_label: str | None
    reason: str | None
    formula: str
    abilities: Mapping[str, Mapping[str, float]]  # by question type: theta, se, n
    time_zone: str
    day_start: datetime
    day_end: datetime


class Review(NamedTuple):
    """A scored meeting with a lesson: a quiz or exercise of this id, or the lesson itself, then None."""

    lesson_id: str
    at: datetime
    score: float
    attempt_id: int | None


class Studied(NamedTuple):
    """What a learner's next steps rest on, as it stood at a moment.

    `sessions` are the beginnings of the last three days' and `minutes` what they lasted; `completed`
    the lessons and `exercises` the attempts of the last 14 days. `open_lesson` is the last that was
    begun and not completed. Of `reviews` those of lessons that were met once are there only as far as
    they may count: see `studied.Once`. `answered` holds eight bytes a question that was answered, of
    whoever has abilities. `broken` says why none of it can be believed.
    """

    user_id: str
    broken: str | None
    active_at: datetime | None
    minutes: float
    sessions: Sequence[datetime]
    begun: Sequence[str]
    open_lesson: str | None
    open_since: datetime | None
    completed: Sequence[str]
    exercises: Sequence[int]
    reviews: Sequence[Review]
    abilities: Mapping[str, Mapping[str, float]]  # of the last snapshot, by type: theta, se, n
    snapshot_date: date | None
    answered: bytes


class Recommendation(NamedTuple):
    """A next step for a learner, and what it rests on."""

    user_id: str
    recommendation_type: str
    subject: str | None  # a lesson or a question type
    priority: int
    title: str
    reason: str
    evidence: Mapping[str, Any]
    expires_at: datetime


class Dismissed(NamedTuple):
    """A next step that a learner did not want."""

    user_id: str
    recommendation_type: str
    subject: str | None
    dismissed_at: datetime
