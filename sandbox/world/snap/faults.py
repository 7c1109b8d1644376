"""Faults on demand: a rule says which calls, a kind says what goes wrong. The first rule that fits fires.

Kinds are listed in `menu`; a rule may also name a line of the numbered menu, and then each hit takes one of its variants.

Rates are decided by a hash of seed, rule and count, so that one seed always plays the same game.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from .books import Books, stored
from .menu import CATALOGUE, MENU, PLACES, Numbered, Place, usual_role

__all__ = ["MENU", "Fault", "Faults"]

_NOTHING = Numbered("")


@dataclass(frozen=True, slots=True)
class Fault:
    """``what`` happens to that which fits all of the given conditions.

    ``role``: token, account, transfer, status, balance, statement; for a row also file. "": whatever ``what`` is about.
    """

    what: str
    provider: str = "*"
    role: str = ""
    reference: str = ""
    account_suffix: str = ""
    nth: int = 0
    """Only the nth fitting call; 0: each."""
    every: int = 0
    """Only each nth fitting call."""
    permille: int = 1000
    """Only so many of a thousand fitting calls."""
    times: int = 0
    """At most so often; 0: without end."""
    for_seconds: int = 0
    """Only so long after it was set; 0: until it is cleared."""
    how: str = ""
    code: str = ""
    seconds: int = 0
    set_at: str = ""
    until: str = ""
    id: int = field(default=0, compare=False)

    @classmethod
    def of(cls, given: dict[str, Any]) -> Fault:
        """Check what the control plane was given. Raises ValueError in words for its reader."""
        fields = {name: kind for name, kind in cls.__annotations__.items() if name not in {"set_at", "until", "id"}}
        values: dict[str, Any] = {}
        for name, value in given.items():
            if name not in fields:
                raise ValueError(f"{name!r} is no condition of a fault; known: {', '.join(fields)}")
            if value in ("", None):
                continue
            number = str(value)
            if fields[name] == "int" and not (number.isascii() and number.isdigit()):
                raise ValueError(f"{name} must be a whole number")
            values[name] = int(number) if fields[name] == "int" else number
        if values.get("what") not in MENU and not CATALOGUE.get(values.get("what", ""), _NOTHING).variants:
            raise ValueError(f"what must be one of {', '.join(MENU)}, or a number of the menu that has a fault")
        if values.get("how", "") not in ("", "hang", "cut"):
            raise ValueError("how must be hang or cut")
        if values.get("code") and not (len(values["code"]) == 7 and values["code"].isdigit()):
            raise ValueError("code must be seven digits, as in 5003800")
        return cls(**values)

    def variants(self) -> list[Fault]:
        """What the rule can come to: itself, or the variants of its number."""
        if self.what in MENU:
            return [self]
        listed = CATALOGUE[self.what].variants
        return [replace(self, what=one["what"], code=self.code or one.get("code", "")) for one in listed]

    def fits(self, place: Place, provider: str, role: str, reference: str, account: str, now: datetime) -> bool:
        return (
            PLACES[self.what] is place
            and self.provider in ("*", provider)
            and (self.role or usual_role(self.what)) in ("*", role)
            and self.reference in ("", reference)
            and account.endswith(self.account_suffix)
            and (not self.until or stored(now) < self.until)
        )


class Faults:
    """The rules in force, kept in the books so that they survive a restart."""

    def __init__(self, books: Books, seed: int) -> None:
        self._books = books
        self._seed = seed
        self._known: list[list[Fault]] | None = None

    def add(self, fault: Fault, now: datetime) -> int:
        """Put a rule in force; its id."""
        self._known = None
        until = stored(now + timedelta(seconds=fault.for_seconds)) if fault.for_seconds else ""
        rule = asdict(replace(fault, set_at=stored(now), until=until))
        return self._books.insert("faults", rule=json.dumps({**rule, "id": 0}))

    def clear(self, number: int | None = None) -> None:
        """End one rule, or all."""
        self._known = None
        self._books.run("DELETE FROM faults WHERE ?1 IS NULL OR id = ?1", number)

    def listed(self) -> list[dict[str, Any]]:
        """All rules with how often they fitted and fired."""
        rows = self._books.run("SELECT * FROM faults ORDER BY id")
        return [
            {**json.loads(row["rule"]), "id": row["id"], "matched": row["matched"], "fired": row["fired"]}
            for row in rows
        ]

    def pick(
        self, provider: str, role: str, reference: str, account: str, now: datetime, place: Place = Place.CALL
    ) -> Fault | None:
        """The fault of this call. Counts as it goes; call inside a transaction."""
        for rule in self._rules():
            variants = [one for one in rule if one.fits(place, provider, role, reference, account, now)]
            if not variants:
                continue
            fault = variants[0]
            row = self._books.run("SELECT matched, fired FROM faults WHERE id = ?", fault.id)[0]
            count = row["matched"] + 1
            fires = (
                (not fault.nth or count == fault.nth)
                and (not fault.every or count % fault.every == 0)
                and (not fault.times or row["fired"] < fault.times)
                and self._draw(fault, str(count)) % 1000 < fault.permille
            )
            self._books.run(
                "UPDATE faults SET matched = ?, fired = fired + ? WHERE id = ?", count, int(fires), fault.id
            )
            if fires:
                return variants[self._draw(fault, f"{count}:variant") % len(variants)]
        return None

    def standing(
        self, place: Place, provider: str, role: str, reference: str, account: str, now: datetime
    ) -> list[Fault]:
        """The faults of a row or a file. They are the same each time it is read, so nothing is counted."""
        found = []
        for rule in self._rules():
            variants = [one for one in rule if one.fits(place, provider, role, reference, account, now)]
            if variants and self._draw(variants[0], reference) % 1000 < variants[0].permille:
                found.append(variants[self._draw(variants[0], f"{reference}:variant") % len(variants)])
        return found

    def _rules(self) -> list[list[Fault]]:
        if self._known is None:
            rows = self._books.run("SELECT id, rule FROM faults ORDER BY id")
            self._known = [Fault(**{**json.loads(row["rule"]), "id": row["id"]}).variants() for row in rows]
        return self._known

    def _draw(self, fault: Fault, what: str) -> int:
        digest = hashlib.sha256(f"{self._seed}:{fault.id}:{what}".encode()).digest()
        return int.from_bytes(digest[:4])
