"""Frozen JSON Schemas of what we publish, and whether a change to one still reads the old messages.

Messages wait in queues while a new release is put in place, so a topic (``identity.check_requested.v1``) may only grow:
new optional fields, new values of an enum, wider numbers. Anything else is a new topic (``….v2``) beside the old one.
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]
WORDS = ("title", "description", "examples", "default")
"""What a schema says to people; it does not decide what is accepted."""


def breaks(frozen: Schema, current: Schema) -> list[str]:
    """Why messages written under ``frozen`` would not be read under ``current``. Empty: they all are."""
    return _breaks("", _resolved(frozen, frozen), _resolved(current, current))


def _breaks(where: str, old: Schema, new: Schema) -> list[str]:
    found = [f"{where or '/'}: {name!r} is required now" for name in _missing(new, "required", old)]
    for name, shape in old.get("properties", {}).items():
        place = f"{where}/{name}"
        if name not in new.get("properties", {}):
            found.append(f"{place}: is gone")
        else:
            found += _breaks(place, shape, new["properties"][name])
    if "enum" in new:
        found += [f"{where}: {value!r} is not accepted any more" for value in _missing(old, "enum", new)]
    if "items" in old or "items" in new:
        found += _breaks(f"{where}[]", old.get("items", {}), new.get("items", {}))
    ignored = {*WORDS, "required", "properties", "enum", "items"}
    for keyword in sorted((old.keys() | new.keys()) - ignored):
        if keyword in new and old.get(keyword) != new[keyword]:
            found.append(f"{where or '/'}: {keyword} was {old.get(keyword)!r} and is {new[keyword]!r}")
    return found


def _missing(of: Schema, keyword: str, there: Schema) -> list[Any]:
    known = there.get(keyword, [])
    return [value for value in of.get(keyword, []) if value not in known]


def _resolved(schema: Any, root: Schema) -> Any:
    """The schema without references into ``$defs``."""
    if isinstance(schema, list):
        return [_resolved(inner, root) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _resolved(root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    return {name: _resolved(inner, root) for name, inner in schema.items() if name != "$defs"}
