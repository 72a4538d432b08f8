"""Who tells the truth, if some people always do and the others always lie.

One statement settles its speaker and a second person; from there the others follow one by one.
Hard because of the number of people and of statements that compare two others. Typical errors:
misreading what a liar's words mean, settling the first two the wrong way round, carrying a
wrong step on.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from random import Random

from itemwell.bank import Option, Posed
from itemwell.templates.convergence import diverging
from itemwell.templates.english import listed
from itemwell.templates.logic.states import worlds
from itemwell.templates.logic.wording import read, read_any, unlisted
from itemwell.templates.model import Drawn, Features, ItemModel
from itemwell.templates.options import right_places
from itemwell.templates.people import people

STEM = (
    "Truth-tellers always tell the truth and liars always lie. Each of {names} is one or the other. "
    "{said} Which list names all the truth-tellers and nobody else?"
)
BOTH_LIARS, ONE_LIAR = "{x} and I are both liars.", "At least one of {x} and me is a liar."
TRUTHFUL, LIAR = "{x} is a truth-teller.", "{x} is a liar."
SAME, DIFFERENT = "{x} and {y} are of the same kind.", "{x} and {y} are of different kinds."

Kinds = Mapping[str, bool]  # whether somebody tells the truth


def draw(rng: Random, features: Features) -> Drawn:
    first, second, *others = people(rng, features["people"])
    opening = rng.choice((BOTH_LIARS, ONE_LIAR))
    kinds = {first: opening == ONE_LIAR, second: opening == BOTH_LIARS}
    said = {first: opening.format(x=second)}
    for at, name in enumerate(others):
        kind = rng.random() < 0.5
        compared = at >= len(others) - features["comparisons"]
        speaker, words = (comparison if compared else remark)(rng, kinds, said, (name, kind))
        said[speaker], kinds[name] = words, kind
    wrong = slips(kinds)
    chosen = diverging(truthful(kinds), [*wrong], lambda names: kinds_of(names, kinds))
    return Drawn(
        stem=STEM.format(
            names=listed(sorted(kinds)), said=spoken_by(rng.sample([*said.items()], len(said)))
        ),
        key=Option(listed(sorted(truthful(kinds)))),
        distractors=tuple(Option(listed(sorted(names)), wrong[names]) for names in chosen),
        explanation=f"{reason(first, second, kinds)} From there the other statements settle: "
        f"{'; '.join(f'{name} is a {kind_of(kinds[name])}' for name in others)}.",
    )


def spoken_by(said: Iterable[tuple[str, str]]) -> str:
    return " ".join(f'{speaker} says: "{words}"' for speaker, words in said)


def remark(
    rng: Random, kinds: Kinds, said: Mapping[str, str], new: tuple[str, bool]
) -> tuple[str, str]:
    """Who says what, so that the new one is settled by the one who was settled last."""
    last, (name, kind) = [*kinds][-1], new
    words = TRUTHFUL if kinds[last] == kind else LIAR
    if last not in said and rng.random() < 0.5:
        return last, words.format(x=name)
    return name, words.format(x=last)


def comparison(
    rng: Random, kinds: Kinds, _: Mapping[str, str], new: tuple[str, bool]
) -> tuple[str, str]:
    """What the new one says about the one who was settled last and another."""
    *before, last = kinds
    name, kind = new
    x, y = rng.sample([last, rng.choice(before)], 2)
    return name, (SAME if (kinds[x] == kinds[y]) == kind else DIFFERENT).format(x=x, y=y)


def truthful(kinds: Kinds) -> frozenset[str]:
    return frozenset(name for name, kind in kinds.items() if kind)


def kinds_of(names: frozenset[str], kinds: Kinds) -> frozenset[tuple[str, bool]]:
    return frozenset((name, name in names) for name in kinds)


def kind_of(truth_teller: bool) -> str:
    return "truth-teller" if truth_teller else "liar"


def slips(kinds: Kinds) -> dict[frozenset[str], str]:
    """The wrong lists, and the error behind each; never the empty list."""
    order, right = [*kinds], truthful(kinds)
    wrong = {frozenset(order) - right: "takes the truth-tellers for the liars"}
    wrong[right ^ {order[-1]}] = f"misreads the statement that settles {order[-1]}"
    for at, name in enumerate(order[2:-1], start=2):
        wrong[right ^ frozenset(order[at:])] = (
            f"misreads the statement that settles {name} and carries the error on"
        )
    wrong[right ^ frozenset(order[:2])] = "settles the first two the wrong way round"
    wrong[right ^ frozenset(order[1:])] = (
        f"misreads the statement that settles {order[1]} and carries the error on"
    )
    for name in order:
        wrong.setdefault(right ^ {name}, f"misreads the statement that settles {name}")
    return {names: why for names, why in wrong.items() if names}


def reason(first: str, second: str, kinds: Kinds) -> str:
    if kinds[first]:
        return (
            f"If {first} were a liar, what {first} says would be true; "
            f"so {first} is a truth-teller and {second} is a liar."
        )
    return (
        f"A truth-teller could not say what {first} says, so {first} is a liar; "
        f"as it is false that both are liars, {second} is a truth-teller."
    )


def solve(posed: Posed) -> list[int]:
    found = read(STEM, posed.stem)
    names = unlisted(found["names"]) if found else []
    spoken = re.findall(r'(\w+) says: "(.+?)"', found["said"]) if found else []
    claims = [read_any(TRUTH, words) for _, words in spoken]
    mentioned = {name for claim in claims if claim for name in claim[1].values()}
    if found is None or None in claims or not mentioned | {who for who, _ in spoken} <= {*names}:
        return []
    if spoken_by(spoken) != found["said"]:
        return []
    told = [(who, claim) for (who, _), claim in zip(spoken, claims, strict=True) if claim]
    possible = [world for world in worlds(names) if all(consistent(world, *said) for said in told)]
    lists = [truthful(world) for world in possible]
    return right_places(posed, lambda text: {frozenset(unlisted(text))} == set(lists))


TRUTH: Mapping[str, Callable[[bool, bool, bool], bool]] = {  # given speaker, x and y
    BOTH_LIARS: lambda speaker, x, _: not speaker and not x,
    ONE_LIAR: lambda speaker, x, _: not speaker or not x,
    SAME: lambda _, x, y: x == y,
    DIFFERENT: lambda _, x, y: x != y,
    TRUTHFUL: lambda _, x, __: x,
    LIAR: lambda _, x, __: not x,
}


def consistent(world: Kinds, speaker: str, claim: tuple[str, Mapping[str, str]]) -> bool:
    """Whether the speaker would make this claim, things being as they are in this world."""
    template, names = claim
    x, y = world[names["x"]], world[names.get("y", names["x"])]
    return TRUTH[template](world[speaker], x, y) == world[speaker]


MODEL = ItemModel(
    name="logic.truth_tellers",
    asks="Find out who tells the truth among people who always or never do.",
    levels={
        "easy": {"people": 3, "comparisons": 0},
        "medium": {"people": 4, "comparisons": 1},
        "hard": {"people": 5, "comparisons": 2},
    },
    draw=draw,
    solve=solve,
)
