"""What a person lets partners read, as they look back at it. Pure; the time is the wall clock's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from prakerja.sso.model import Permission, Scope


@dataclass(frozen=True)
class Consent:
    """All that a person lets one client read, whose name is the register's."""

    client_code: str
    client_name: str
    scopes: tuple[Scope, ...]
    since: datetime
    until: datetime
    """Exclusive end, of what was given last."""


def consents(given: Iterable[Permission], names: Mapping[str, str], now: datetime) -> tuple[Consent, ...]:
    """What clients may read now, one entry for each, by name. ``names``: client code → name."""
    of_client: dict[str, list[Permission]] = {}
    for one in given:
        if now < one.ends_at:
            of_client.setdefault(one.client_code, []).append(one)
    found = (
        Consent(
            client_code=code,
            client_name=names.get(code, code),
            scopes=tuple(scope for scope in Scope if any(scope in one.scopes for one in ours)),
            since=min(one.created_at for one in ours),
            until=max(one.ends_at for one in ours),
        )
        for code, ours in of_client.items()
    )
    return tuple(sorted(found, key=lambda consent: (consent.client_name, consent.client_code)))
