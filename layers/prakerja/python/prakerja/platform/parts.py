"""What a store hands to ``Table.commit``: one part per item, with the problem that its failed condition means.

A store never writes. It says what should become true and under which condition; the service puts the parts of
several contexts together and commits them in one transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase, ConditionExpressionBuilder
from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer

from prakerja.platform.access_patterns import DUE_SHARDS, Pattern
from prakerja.platform.ids import shard_of
from prakerja.platform.problems import Conflict, Problem

Item = dict[str, Any]
SCHEMA = 1
COMMIT = "commit_id"
"""Which commit wrote an item last, if it wrote nothing else."""

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


@dataclass(frozen=True)
class Part:
    """One item of a transaction. Made by the functions below."""

    pattern: Pattern
    key: Mapping[str, str]
    action: str
    """Put, Update, ConditionCheck or Delete."""
    request: Mapping[str, Any] = field(repr=False)
    error: Problem
    fingerprint: str | None = None


def put_new(
    pattern: Pattern,
    item: Mapping[str, Any],
    *,
    error: Problem | None = None,
    fingerprint: str | None = None,
    **key: str | int,
) -> Part:
    """Create an item that must not exist.

    ``fingerprint`` names the intent (not the times in it). If the item is already there with the same fingerprint it is
    our own earlier write, whose answer got lost or whose message came twice: ``commit`` then answers ``repeated``.
    """
    stored = {**item, "fingerprint": fingerprint} if fingerprint else item
    return _put(pattern, stored, Attr("pk").not_exists(), error, fingerprint, key)


def put(
    pattern: Pattern,
    item: Mapping[str, Any],
    *,
    when: ConditionBase | None = None,
    error: Problem | None = None,
    **key: str | int,
) -> Part:
    """Write an item whole, whatever was there (or only ``when`` a condition holds)."""
    return _put(pattern, item, when, error, None, key)


def update(
    pattern: Pattern,
    *,
    set: Mapping[str, Any] | None = None,  # noqa: A002 - DynamoDB's own word
    remove: Sequence[str] = (),
    when: ConditionBase | None = None,
    error: Problem | None = None,
    **key: str | int,
) -> Part:
    """Change attributes of an item that must exist (and ``when`` a further condition holds). There is no ADD."""
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    clauses = []
    for number, (name, value) in enumerate((set or {}).items()):
        names[f"#s{number}"] = name
        values[f":s{number}"] = to_attribute(value)
        clauses.append(f"#s{number} = :s{number}")
    expression = "SET " + ", ".join(clauses) if clauses else ""
    if remove:
        names |= {f"#r{number}": name for number, name in enumerate(remove)}
        expression += " REMOVE " + ", ".join(f"#r{number}" for number in range(len(remove)))
    exists = Attr("pk").exists()
    request = _condition(exists & when if when is not None else exists)
    request["UpdateExpression"] = expression.strip()
    request["ExpressionAttributeNames"] |= names
    request["ExpressionAttributeValues"] = {**request.get("ExpressionAttributeValues", {}), **values}
    if not request["ExpressionAttributeValues"]:
        del request["ExpressionAttributeValues"]
    full = pattern.key(**key)
    return Part(pattern, full, "Update", {"Key": _serialize(full), **request}, error or Conflict())


def check(pattern: Pattern, *, when: ConditionBase, error: Problem | None = None, **key: str | int) -> Part:
    """Write nothing, but let the transaction fail unless ``when`` holds for this item."""
    full = pattern.key(**key)
    return Part(pattern, full, "ConditionCheck", {"Key": _serialize(full), **_condition(when)}, error or Conflict())


def delete(
    pattern: Pattern, *, when: ConditionBase | None = None, error: Problem | None = None, **key: str | int
) -> Part:
    """Remove an item (that may be gone already, unless ``when`` says otherwise)."""
    full = pattern.key(**key)
    return Part(pattern, full, "Delete", {"Key": _serialize(full), **_condition(when)}, error or Conflict())


def due(kind: str, item_id: str, at: str) -> dict[str, str]:
    """The two attributes that let ``sweep_due`` find this item from ``at`` (stored text) on. Remove both when done."""
    return {"due_shard": f"{kind}#{shard_of(item_id, DUE_SHARDS)}", "due_at": at}


def marked(part: Part, commit_id: str) -> dict[str, Any]:
    """The request of a put or an update that also leaves a commit's name on the item, by which its writer knows it."""
    request, mark = dict(part.request), to_attribute(commit_id)
    if part.action == "Put":
        return {**request, "Item": {**request["Item"], COMMIT: mark}}
    expression = request["UpdateExpression"]
    kept = expression.replace("SET ", ", ", 1) if expression.startswith("SET ") else f" {expression}"
    return {
        **request,
        "UpdateExpression": f"SET #commit = :commit{kept}",
        "ExpressionAttributeNames": {**request["ExpressionAttributeNames"], "#commit": COMMIT},
        "ExpressionAttributeValues": {**request.get("ExpressionAttributeValues", {}), ":commit": mark},
    }


NOT_DUE = ("due_shard", "due_at")
"""What to remove when nothing more is due."""


def to_attribute(value: Any) -> dict[str, Any]:
    """Python → DynamoDB. Refuses floats (money and counts are integers) and None (leave it out, or remove it)."""
    if isinstance(value, float) or value is None:
        raise TypeError(f"{value!r} cannot be stored")
    if isinstance(value, Mapping):
        return {"M": {name: to_attribute(inner) for name, inner in value.items() if inner is not None}}
    if isinstance(value, (list, tuple)):
        return {"L": [to_attribute(inner) for inner in value]}
    return dict(_serializer.serialize(value))


def from_item(item: Mapping[str, Any]) -> Item:
    """DynamoDB → Python: whole numbers as int, binary as bytes."""
    return {name: _plain(_deserializer.deserialize(value)) for name, value in item.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Binary):
        return bytes(value)  # type: ignore[call-overload]
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, (set, bool, str)) or value is None:
        return value
    return int(value)


def _serialize(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: to_attribute(value) for name, value in item.items() if value is not None}


def _put(
    pattern: Pattern,
    item: Mapping[str, Any],
    when: ConditionBase | None,
    error: Problem | None,
    fingerprint: str | None,
    key: Mapping[str, str | int],
) -> Part:
    full = pattern.key(**key)
    request = {"Item": _serialize({**item, **full, "schema": SCHEMA}), **_condition(when)}
    return Part(pattern, full, "Put", request, error or Conflict(), fingerprint)


def _condition(when: ConditionBase | None) -> dict[str, Any]:
    if when is None:
        return {}
    built = ConditionExpressionBuilder().build_expression(when)
    request: dict[str, Any] = {
        "ConditionExpression": built.condition_expression,
        "ExpressionAttributeNames": dict(built.attribute_name_placeholders),
    }
    if built.attribute_value_placeholders:
        request["ExpressionAttributeValues"] = {
            name: to_attribute(value) for name, value in built.attribute_value_placeholders.items()
        }
    return request
