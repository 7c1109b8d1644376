"""Frozen dataclasses as items and back: a field's name is its attribute's name.

Text, whole numbers, truth and bytes are kept as they are, times become text (``clock.to_text``), enums their value,
tuples lists, nested records maps; None is left out. Reading ignores attributes it does not know, and takes a field's
default (or None, where the type allows it) for one that an older version did not write.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from prakerja.platform.clock import from_text, to_text
from prakerja.platform.parts import Item

Record = TypeVar("Record")


def item_of(record: Any, *only: str) -> Item:
    """A dataclass as attributes; ``only`` some fields, if named."""
    names = only or tuple(field.name for field in dataclasses.fields(record))
    stored = {name: _stored(getattr(record, name)) for name in names}
    return {name: value for name, value in stored.items() if value is not None}


def record_of(kind: type[Record], item: Mapping[str, Any]) -> Record:
    """A dataclass again. Raises TypeError if a field without a default is missing, ValueError for an unknown enum."""
    found = {}
    shape: Any = kind
    for name, (hint, may_be_absent) in _fields(shape).items():
        if name in item:
            found[name] = _read(hint, item[name])
        elif may_be_absent:
            found[name] = None
    return kind(**found)


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [_stored(inner) for inner in value]
    return item_of(value) if dataclasses.is_dataclass(value) else value


def _read(hint: Any, value: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(choice for choice in get_args(hint) if choice is not type(None))
    if get_origin(hint) is tuple:
        return tuple(_read(get_args(hint)[0], inner) for inner in value)
    if hint is datetime:
        return from_text(value)
    if hint is date:
        return date.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    return record_of(hint, value) if isinstance(hint, type) and dataclasses.is_dataclass(hint) else value


@lru_cache(maxsize=128)
def _fields(kind: Any) -> dict[str, tuple[Any, bool]]:
    """Type of each field, and whether it is None when absent (it may be None and has no default of its own)."""
    hints = get_type_hints(kind)
    missing = dataclasses.MISSING
    return {
        field.name: (
            hints[field.name],
            field.default is missing and field.default_factory is missing and type(None) in get_args(hints[field.name]),
        )
        for field in dataclasses.fields(kind)
    }
