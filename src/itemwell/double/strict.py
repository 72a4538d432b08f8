"""What a vendor refuses in a schema, so that an adapter that sends it fails here and not in production."""

from collections.abc import Iterator
from typing import Any

BOUNDS = "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength maxItems"
NOT_ANTHROPIC = frozenset(BOUNDS.split())


def openai(schema: dict[str, Any], name: str) -> None:
    """Strict mode wants every object closed and every property required."""
    for inner in _objects(schema):
        where = f"Invalid schema for response_format '{name}'"
        if inner.get("additionalProperties") is not False:
            raise ValueError(
                f"{where}: 'additionalProperties' is required to be supplied and to be false."
            )
        missing = set(inner.get("properties", {})) - set(inner.get("required", ()))
        if missing:
            raise ValueError(
                f"{where}: 'required' is required to be supplied and to be an array including "
                f"every key in properties. Missing '{min(missing)}'."
            )


def anthropic(schema: dict[str, Any]) -> None:
    """Objects closed; no bounds on numbers, on texts, and on lists none but minItems 0 and 1."""
    for inner in _objects(schema):
        if inner.get("additionalProperties") is not False:
            raise ValueError(
                "output_config.format.schema: For 'object' type, 'additionalProperties' must be "
                "explicitly set to false"
            )
    for inner in _schemas(schema):
        refused = NOT_ANTHROPIC & set(inner)
        if inner.get("minItems", 0) not in {0, 1}:
            refused |= {"minItems"}
        if refused:
            raise ValueError(
                f"output_config.format.schema: For '{inner.get('type')}' type, properties "
                f"{', '.join(sorted(refused))} are not supported"
            )


def _objects(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (inner for inner in _schemas(schema) if inner.get("type") == "object")


def _schemas(schema: Any) -> Iterator[dict[str, Any]]:
    """This schema and all schemas in it."""
    if not isinstance(schema, dict):
        return
    yield schema
    for key in ("properties", "$defs", "definitions"):
        for inner in schema.get(key, {}).values():
            yield from _schemas(inner)
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        for inner in schema.get(key, ()):
            yield from _schemas(inner)
    yield from _schemas(schema.get("items"))
