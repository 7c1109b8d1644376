"""The documents that come with this code, and the SCHEME versions as stored: they never change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib import resources

from pydantic import TypeAdapter

from prakerja.membership.errors import SchemeUnknown
from prakerja.membership.model import Scheme
from prakerja.membership.seasons import Season, season_year
from prakerja.platform.access_patterns import SCHEME
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import Part, put_new
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table


@lru_cache(maxsize=1)
def packaged_schemes() -> tuple[Scheme, ...]:
    """The scheme documents that come with this code, validated. Raises pydantic.ValidationError for a bad one."""
    read = TypeAdapter(Scheme).validate_json
    folder = resources.files("prakerja.membership") / "schemes"
    return tuple(read(file.read_text()) for file in sorted(folder.iterdir(), key=lambda file: file.name))


def latest_scheme(name: str, on: date) -> Scheme:
    """The newest version in force on a day (WIB). Raises SchemeUnknown."""
    found = [scheme for scheme in packaged_schemes() if scheme.name == name and scheme.is_in_force(on)]
    if not found:
        raise SchemeUnknown(name=name)
    return max(found, key=lambda scheme: scheme.version)


@lru_cache(maxsize=64)
def load_scheme(table: Table, name: str, version: int) -> Scheme:
    """A stored version. It never changes, so a process reads it once. Raises SchemeUnknown."""
    item = table.get(SCHEME, consistent=False, name=name, version=version)
    if item is None:
        raise SchemeUnknown(name=name)
    return record_of(Scheme, item)


def scheme_part(scheme: Scheme) -> Part:
    """Store a version for good. Storing the same again is a repeat; other rules under its number are refused."""
    item = item_of(scheme)
    return put_new(SCHEME, item, fingerprint=fingerprint(item), name=scheme.name, version=scheme.version)


@lru_cache(maxsize=1)
def packaged_seasons() -> Mapping[int, Season]:
    """Year → the newest version of its cut-offs that comes with this code. Raises pydantic.ValidationError for a bad one."""
    read = TypeAdapter(Season).validate_json
    folder = resources.files("prakerja.membership") / "cutoffs"
    found = [read(file.read_text()) for file in folder.iterdir()]
    return {season.year: season for season in sorted(found, key=lambda season: season.version)}


def season_of(decreed_at: datetime) -> Season | None:
    """The season of a membership decreed then; None: its year has no cut-off."""
    return packaged_seasons().get(season_year(decreed_at))
