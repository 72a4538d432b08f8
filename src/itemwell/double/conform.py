"""A value that conforms to a JSON schema, out of seeded chance: what the double says by itself.

It reads the three dialects: plain JSON schema; Anthropic's, whose constraints stand in the
description as `{maxLength: 9}`; Google's, with `type: STRING`, `any_of`, `max_length`, `nullable`.
Patterns are not followed.
"""

import re
from random import Random
from typing import Any

WORDS = [
    "which",
    "value",
    "follows",
    "the",
    "pattern",
    "given",
    "that",
    "every",
    "second",
    "term",
    "doubles",
    "while",
    "its",
    "neighbour",
    "falls",
    "by",
    "three",
    "and",
    "no",
    "step",
    "is",
    "left",
    "out",
    "of",
    "the",
    "sequence",
    "between",
    "café",
    "and",
    "harbour",
]
CONSTRAINT = re.compile(
    r"\b(minimum|maximum|exclusiveMinimum|exclusiveMaximum|minLength|maxLength|minItems|maxItems)"
    r": (-?\d+(?:\.\d+)?)"
)
FORMATS = {
    "date": "2026-11-22",
    "date-time": "2026-11-22T10:00:00Z",
    "time": "10:00:00Z",
    "email": "ann@example.org",
    "uri": "https://example.org/",
    "uuid": "6f1c2c1e-4c0e-4d8e-9d0b-0a6d5a0f7a11",
}
DEEPEST = 6


def conform(schema: dict[str, Any], rng: Random) -> Any:
    """A value of this schema; the same for the same state of `rng`."""
    return _Conforming(schema, rng).value(schema, 0)


def standard(schema: dict[str, Any]) -> dict[str, Any]:
    """One level of a schema in plain JSON schema, whichever dialect it was in.

    >>> standard({"type": "STRING", "max_length": 9})
    {'type': 'string', 'maxLength': 9}
    >>> standard({"type": "string", "description": "A name {maxLength: 9}"})["maxLength"]
    9
    """
    plain = {
        key if key.startswith("$") else re.sub(r"_(\w)", lambda part: part[1].upper(), key): value
        for key, value in schema.items()
    }
    if isinstance(plain.get("type"), str):
        plain["type"] = plain["type"].lower()
    for name, number in CONSTRAINT.findall(str(plain.get("description", ""))):
        plain.setdefault(name, float(number) if "." in number else int(number))
    return plain


class _Conforming:
    def __init__(self, root: dict[str, Any], rng: Random) -> None:
        self.definitions = {**root.get("definitions", {}), **root.get("$defs", {})}
        self.rng = rng

    def value(self, schema: dict[str, Any], depth: int) -> Any:
        schema = standard(schema)
        if "$ref" in schema:
            return self.value(self.definitions[schema["$ref"].rsplit("/", 1)[-1]], depth + 1)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return self.rng.choice(schema["enum"])
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return self.value(self._one_of(choices, depth), depth + 1)
        if parts := schema.get("allOf"):
            merged = {**schema, **{key: value for part in parts for key, value in part.items()}}
            del merged["allOf"]
            return self.value(merged, depth + 1)
        return self._typed(schema, depth)

    def _one_of(self, choices: list[dict[str, Any]], depth: int) -> dict[str, Any]:
        nulls = [choice for choice in choices if standard(choice).get("type") == "null"]
        if nulls and depth > DEEPEST:
            return nulls[0]
        return self.rng.choice([choice for choice in choices if choice not in nulls] or nulls)

    def _typed(self, schema: dict[str, Any], depth: int) -> Any:
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next((one.lower() for one in kind if one.lower() != "null"), "null")
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, depth)
            case "integer" | "number":
                return self._number(schema, whole=kind == "integer")
            case "boolean":
                return self.rng.random() < 0.5
            case "null":
                return None
            case _:
                return FORMATS.get(schema.get("format", "")) or self._text(schema)

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        required = schema.get("required", ())
        return {
            name: self.value(inner, depth + 1)
            for name, inner in properties.items()
            if depth <= DEEPEST or name in required
        }

    def _array(self, schema: dict[str, Any], depth: int) -> list[Any]:
        if "prefixItems" in schema:
            return [self.value(item, depth + 1) for item in schema["prefixItems"]]
        least = int(schema.get("minItems", 0 if depth > DEEPEST else 1))
        most = max(least, min(int(schema.get("maxItems", least + 2)), least + 2))
        count = least if depth > DEEPEST else self.rng.randint(least, most)
        return [self.value(schema.get("items", {}), depth + 1) for _ in range(count)]

    def _number(self, schema: dict[str, Any], *, whole: bool) -> float:
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        low = low if low is not None else (high - 100 if high is not None else 0)
        high = high if high is not None else low + 100
        if whole:
            return self.rng.randint(
                int(low) + ("exclusiveMinimum" in schema),
                int(high) - ("exclusiveMaximum" in schema),
            )
        return round(low + (high - low) * self.rng.uniform(0.01, 0.99), 4)

    def _text(self, schema: dict[str, Any]) -> str:
        least = int(schema.get("minLength", 1))
        most = int(schema.get("maxLength", max(least, 60)))
        text = f"{self.rng.getrandbits(24):06x}"
        while len(text) < max(least, min(most, 24)):
            text += f" {self.rng.choice(WORDS)}"
        return text[:most].rstrip().ljust(least, "x")
