"""The bank looked at again, exactly: questions in use -> every pair -> what slipped through.

Nobody is asked, and nothing is written but enemies where that is asked for. What an arbiter told of
a grey pair stands, and a person's word of any. Beside it: what lacks vectors, and what the index
misses where one is in use. Crowded templates make pairs by the million: all are counted, and of each
kind the first are held.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sqlalchemy import Connection, Engine

from itemwell.similar.decide import (
    DUPLICATE,
    GREY,
    ISOMORPH,
    VARIANT,
    Side,
    Thresholds,
    Verdict,
    decide,
)
from itemwell.similar.embed import Identity
from itemwell.similar.pairs import Member, Pair, Pairs, Tell
from itemwell.similar.pool import Pool
from itemwell.store import decisions, enemies, index, scan, vectors
from itemwell.store.scan import InUse

if TYPE_CHECKING:
    from itemwell.similar.embed import Vectors

NEAREST = 10
"""Neighbours of each question of the sample that the index should find."""

MOST_HELD = 10_000
PAGE = 1000

AS_NEAR = 0.002
"""Two cosines closer than that are a tie: the index computes in half precision."""


Said = Mapping[tuple[int, int], tuple[str, bool]]
"""What was told of pairs, and whether a person told it."""


class Found(NamedTuple):
    """Two questions in use that are not two: the lower id first."""

    one: InUse
    other: InUse
    kind: str
    verdict: Verdict
    embedder: str


class Recall(NamedTuple):
    """Of so many exact neighbours the index found these."""

    found: int
    of: int


@dataclass(slots=True)
class Findings:
    """What an audit found. `lacking` counts questions in use without a vector, by embedder.

    Of duplicates, grey pairs and enemies that nobody stored (`apart`) the first MOST_HELD are held.
    """

    questions: int
    compared: int  # of them, by whatever vector
    lacking: dict[str, int]
    duplicates: list[Found] = field(default_factory=list)
    grey: list[Found] = field(default_factory=list)
    apart: list[Found] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)  # embedder and name of list
    decided: int = 0  # pairs that the rule was asked about
    stored: int = 0  # enemies
    recall: Recall | None = None

    def note(self, name: str, found: Found) -> None:
        """Count it, and hold it where there is room."""
        self.counts[found.embedder, name] += 1
        held: list[Found] = getattr(self, name)
        if len(held) < MOST_HELD:
            held.append(found)

    def count(self, name: str) -> int:
        """How many there are."""
        return sum(count for (_, each), count in self.counts.items() if each == name)


@dataclass(frozen=True, slots=True)
class Eyes:
    """The embedder that the bank is looked at with, and hash for what it cannot read."""

    identity: Identity
    hashed: Identity
    thresholds: Mapping[str, Thresholds]  # by identity

    @property
    def names(self) -> list[str]:
        """Of both, each once, the chosen one first."""
        return list(dict.fromkeys([str(self.identity), str(self.hashed)]))


def look(  # noqa: PLR0913
    bank: Engine,
    eyes: Eyes,
    *,
    sample: int,
    seed: int,
    fix: bool = False,
    tell: Tell = lambda _done, _of: None,
) -> Findings:
    """Every pair of questions in use; the bank is read first, then nothing is held of it.

    `fix`: enemies that nobody stored are stored, a page in a transaction.
    """
    with bank.connect() as db:
        held = list(scan.in_use(db, str(eyes.identity), str(eyes.hashed)))
        said, linked = decisions.told_apart(db), enemies.linked(db)
        recall = _recall(db, eyes.identity, sample, seed)
    compared = sum(bool(each.vector or each.hashed) for each in held)
    findings = Findings(len(held), compared, _lacking(held, eyes), recall=recall)
    apart: list[Found] = []
    for found in _all(held, said, eyes, findings, tell):
        name = _listed(found, linked)
        if name:
            findings.note(name, found)
        if name == "apart" and fix:
            apart.append(found)
        if len(apart) == PAGE:
            findings.stored += _store(bank, apart)
    findings.stored += _store(bank, apart)
    return findings


def _store(bank: Engine, apart: list[Found]) -> int:
    """Store these as enemies, and leave the list empty; how many they were."""
    pairs = [(each.one.id, each.other.id, each.kind) for each in apart]
    with bank.begin() as db:
        enemies.link(db, pairs)
    apart.clear()
    return len(pairs)


def _all(
    held: Sequence[InUse], said: Said, eyes: Eyes, findings: Findings, tell: Tell
) -> Iterator[Found]:
    """What the rule finds, as it was settled since, and what a person alone has found."""
    seen = set()
    for found in _pairs(held, eyes, findings, tell):
        pair = found.one.id, found.other.id
        if pair in said:
            seen.add(pair)
        yield _settled(found, said)
    yield from _marked(held, said, seen, eyes)


def _lacking(held: Sequence[InUse], eyes: Eyes) -> dict[str, int]:
    mine, hashed = str(eyes.identity), str(eyes.hashed)
    counted = {hashed: sum(not each.hashed for each in held)}
    counted |= {mine: sum(each.vector is None for each in held)}  # empty: it was looked at
    return {name: counted[name] for name in eyes.names if counted[name]}


def _pairs(held: Sequence[InUse], eyes: Eyes, findings: Findings, tell: Tell) -> Iterator[Found]:
    """By the chosen embedder; by hash where one of the two has no vector of that."""
    mine = [each for each in held if each.vector and each.loose is not None]
    rows = [each.vector or b"" for each in mine]
    yield from _scanned(mine, rows, eyes.identity, eyes, findings, tell=tell)
    rest = [each for each in held if each.hashed and each.loose is not None]
    blind = np.array([not each.vector for each in rest], bool)
    if blind.any():
        rows = [each.hashed or b"" for each in rest]
        yield from _scanned(rest, rows, eyes.hashed, eyes, findings, blind, tell)


def _scanned(  # noqa: PLR0913
    held: Sequence[InUse],
    rows: Sequence[bytes],
    identity: Identity,
    eyes: Eyes,
    findings: Findings,
    first: "np.typing.NDArray[np.bool_] | None" = None,
    tell: Tell = lambda _done, _of: None,
) -> Iterator[Found]:
    members = [_member(each) for each in held]
    pairs = Pairs(members, vectors.unpacked(rows), eyes.thresholds[str(identity)])
    for each in pairs.found(first, tell):
        yield _found(held, each, str(identity))
    findings.decided += pairs.decided


def _marked(
    held: Sequence[InUse],
    said: Said,
    seen: set[tuple[int, int]],
    eyes: Eyes,
) -> Iterator[Found]:
    """The pairs in use that only a person tells to be more than new."""
    by_id = {each.id: each for each in held if each.hashed and each.loose is not None}
    for pair, (kind, by_person) in said.items():
        if by_person and pair not in seen and all(each in by_id for each in pair):
            one, other = (by_id[each] for each in pair)
            rows, identity = [one.hashed or b"", other.hashed or b""], eyes.hashed
            if one.vector and other.vector:
                rows, identity = [one.vector, other.vector], eyes.identity
            first, second = vectors.unpacked(rows)
            at = eyes.thresholds[str(identity)]
            sides = _member(one).side, _member(other).side
            verdict = decide(*sides, float(first @ second), at)
            yield Found(one, other, kind, verdict, str(identity))


def _member(each: InUse) -> Member:
    side = Side(each.stem, each.key, each.stimulus or None, each.type)
    return Member(each.id, side, each.loose or "", each.family)


def _found(held: Sequence[InUse], pair: Pair, identity: str) -> Found:
    one, other = sorted((held[pair.one], held[pair.other]), key=lambda each: each.id)
    return Found(one, other, pair.verdict.kind, pair.verdict, identity)


def _settled(found: Found, said: Said) -> Found:
    """As a person says that it is, or where the rule cannot tell, an arbiter."""
    kind, by_person = said.get((found.one.id, found.other.id), (found.kind, False))
    return found._replace(kind=kind) if by_person or found.kind == GREY else found


def _listed(found: Found, linked: set[tuple[int, int]]) -> str | None:
    """The list that it stands in; None for what is as it should be."""
    if found.kind == DUPLICATE:
        return "duplicates"
    if found.kind == GREY:
        return "grey"
    apart = (
        found.kind in {ISOMORPH, VARIANT}
        and (found.one.id, found.other.id) not in linked
        and found.one.skeleton != found.other.skeleton  # else they are enemies unsaid
    )
    return "apart" if apart else None


def _recall(db: Connection, identity: Identity, sample: int, seed: int) -> Recall | None:
    """What the index finds of the exact neighbours of some questions; None where none is in use."""
    if not sample or not index.ready(db, str(identity)):
        return None
    mine = _sample(db, identity, sample, seed)
    exact = _pool(db, identity).nearest(mine, NEAREST + 1)
    near = index.nearest_each(db, identity, mine, NEAREST + 1)
    return Recall(sum(map(_hits, exact, near)), sum(len(each) - 1 for each in exact))


def _pool(db: Connection, identity: Identity) -> Pool:
    """All that the index is over, to be searched exactly."""
    pool = Pool(identity.dimensions)
    for page in vectors.since(db, str(identity), 0):
        held = [(row, row.vector) for row in page if row.vector]
        ids, nothing = [row.question_id for row, _ in held], [""] * len(held)
        if held:
            pool.add(ids, vectors.unpacked([vector for _, vector in held]), nothing, nothing)
    return pool


def _sample(db: Connection, identity: Identity, count: int, seed: int) -> "Vectors":
    ids = vectors.ids(db, str(identity))
    chance = np.random.default_rng(seed)
    drawn = chance.choice(np.array(ids), min(count, len(ids)), replace=False)
    return np.stack(list(vectors.of(db, str(identity), map(int, drawn)).values()))


def _hits(exact: list[tuple[int, float]], near: list[tuple[int, float]]) -> int:
    """How many of the exact neighbours but the first, itself, were found; ties count as found."""
    ids = {number for number, _ in near}
    last = near[-1][1] if len(near) == len(exact) else 1.0
    return sum(number in ids or cosine <= last + AS_NEAR for number, cosine in exact[1:])
