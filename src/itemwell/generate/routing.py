"""Who drafts, who solves, who judges: the route of a question's type over the vendors that can be asked. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from itemwell.bank import Slot
from itemwell.settings import Route, Settings

VENDORS = ("openai", "anthropic", "google")
STAGES = ("draft", "solve", "judge")


class ModelName(NamedTuple):
    """A vendor's model."""

    vendor: str
    model: str

    def __str__(self) -> str:
        return f"{self.vendor} {self.model}"


@dataclass(frozen=True, slots=True)
class Routing:
    """`models` are the default models of the vendors that can be asked, in their order."""

    models: tuple[ModelName, ...]
    routes: Mapping[str, Route]

    @classmethod
    def of(cls, settings: Settings) -> "Routing":
        """The routing that the settings say, without the vendors that have no key."""
        every = cls.whole(settings)
        usable = [each for each in every.models if settings.key_of(each.vendor)]
        return cls(tuple(usable), settings.routes)

    @classmethod
    def whole(cls, settings: Settings) -> "Routing":
        """The same were there a key of every vendor."""
        models = [ModelName(vendor, getattr(settings, f"{vendor}_model")) for vendor in VENDORS]
        return cls(tuple(models), settings.routes)

    def authors(self, slot: Slot) -> list[ModelName]:
        """Who writes, in the order of asking. Without a route vendors take turns, by slot and by draft."""
        named = self._named(slot.stratum.question_type, "draft")
        turn = slot.attempts // 2
        return _turned(named, turn) if named else _turned(self.models, slot.ordinal + turn)

    def solvers(self, question_type: str, author: str, seat: int) -> list[ModelName]:
        """Who solves in `seat`, in the order of asking: vendors that did not write it first."""
        named = self.able(question_type, "solve")
        return _turned(_others_first(named, author), seat)

    def arbiters(self, question_type: str, author: str, seat: int = 0) -> list[ModelName]:
        """Who judges, in the order of asking. The author's vendor only where there is no other."""
        named = self.able(question_type, "judge")
        others = [each for each in named if each.vendor != author]
        others = others or [each for each in self.models if each.vendor != author]
        return _turned(others or named, seat)

    def last_arbiters(self, question_type: str, author: str) -> list[ModelName]:
        """Who judges where no arbiter can be asked: the author's vendor, if it is not one of them."""
        own = [each for each in self.able(question_type, "judge") if each.vendor == author]
        own = own or [each for each in self.models if each.vendor == author]
        return [each for each in own[:1] if each not in self.arbiters(question_type, author)]

    def able(self, question_type: str, stage: str) -> list[ModelName]:
        """Who may be asked at this stage: whom the route names, else every vendor's default model."""
        return self._named(question_type, stage) or list(self.models)

    def all(self) -> list[ModelName]:
        """Every model that a route or a default names, once."""
        names = [
            name for kind in self.routes for stage in STAGES for name in self._named(kind, stage)
        ]
        return list(dict.fromkeys([*self.models, *names]))

    def _named(self, question_type: str, stage: str) -> list[ModelName]:
        default = {each.vendor: each for each in self.models}
        for route in (self.routes.get(question_type), self.routes.get("default")):
            names: Sequence[str] = getattr(route, stage) if route else ()
            parts = [name.partition(":") for name in names]
            found = [
                ModelName(vendor, model) if model else default[vendor]
                for vendor, _, model in parts
                if vendor in default
            ]
            if found:
                return found
        return []


def _turned(names: Sequence[ModelName], turn: int) -> list[ModelName]:
    start = turn % len(names) if names else 0
    return [*names[start:], *names[:start]]


def _others_first(names: Sequence[ModelName], author: str) -> list[ModelName]:
    return sorted(names, key=lambda each: each.vendor == author)
