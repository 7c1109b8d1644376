"""Who a person is: what may be claimed, and what the registry's verdict means for them.

Rules: NIK and KK layout (civil registry, domain vocabulary: ``nik``, ``family_card_number``); the NIK's region and birth
date are those of the first registration, so they warn and never decide. The registry decides.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from prakerja.identity.answers import RegistryAnswer, RegistryOutcome
from prakerja.identity.errors import AlreadyVerified, CheckUnderWay, TooManyChecks
from prakerja.platform.clock import end_of_wib_day, wib_date
from prakerja.registration import ContactsMissing

CHECKS_PER_DAY = 5
"""Look-ups per person and WIB day: each costs money, and guessing must not pay."""

RETRY_SECONDS = (5, 15, 60, 300, 900, 3600)
"""Pauses after "the registry did not answer"; the last one repeats for as long as it takes."""

WOMEN_ADD_DAYS = 40

NAME_SIGNS = "'’‘`´-.,/()"
"""As they stand on cards, and what phones make of an apostrophe."""
_NAME_KINDS = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Zs"}
"""Unicode categories: letters of any script, their marks, digits and spaces."""


class IdentityStatus(StrEnum):
    """Where a person's identity stands. Everything but VERIFIED and TAKEN can be corrected by sending it again."""

    PENDING = "PENDING"
    VERIFIED = "VERIFIED"
    MISMATCH = "IDENTITY_MISMATCH"
    NOT_FOUND = "NIK_NOT_FOUND"
    DECEASED = "DECEASED"
    DUPLICATE = "NIK_DUPLICATE"
    REFUSED = "RECORD_REFUSED"
    TAKEN = "NIK_TAKEN"


VERDICTS = {
    RegistryOutcome.MATCH: IdentityStatus.VERIFIED,
    RegistryOutcome.PARTIAL: IdentityStatus.MISMATCH,
    RegistryOutcome.NO_MATCH: IdentityStatus.MISMATCH,
    RegistryOutcome.NOT_FOUND: IdentityStatus.NOT_FOUND,
    RegistryOutcome.DECEASED: IdentityStatus.DECEASED,
    RegistryOutcome.DUPLICATE: IdentityStatus.DUPLICATE,
    RegistryOutcome.REFUSED: IdentityStatus.REFUSED,
}


@dataclass(frozen=True)
class IdentityCheck:
    """The state of a person's checks. ``number`` counts submissions; ``attempts`` the unanswered calls of this one."""

    status: IdentityStatus | None = None
    number: int = 0
    day: str = ""
    """WIB day of the last submission; ``today`` counts the submissions of that day."""
    today: int = 0
    attempts: int = 0
    checked_at: str | None = None
    warnings: tuple[str, ...] = field(default=())
    contacts_proven: bool = False
    """Phone and e-mail: only then does a verdict cost a stranger more than throw-away accounts."""


def nik_parts_error(nik: str) -> str | None:
    """Why this cannot be a NIK ("English | Indonesian"), or None. Form only: no check digit exists."""
    if len(nik) != 16 or not (nik.isascii() and nik.isdigit()):
        return "has exactly 16 digits | terdiri dari tepat 16 angka"
    if len(set(nik)) == 1 or nik.endswith("0000"):
        return "is not a number that is given to anybody | bukan nomor yang diberikan kepada siapa pun"
    day, month = int(nik[6:8]), int(nik[8:10])
    if not 1 <= (day - WOMEN_ADD_DAYS if day > WOMEN_ADD_DAYS else day) <= 31 or not 1 <= month <= 12:
        return "digits 7 to 12 are no date; check for a typing error | angka ke-7 sampai 12 bukan tanggal; periksa salah ketik"
    return None


def family_card_error(number: str) -> str | None:
    """Why this cannot be a family card number ("English | Indonesian"), or None."""
    if len(number) != 16 or not (number.isascii() and number.isdigit()):
        return "has exactly 16 digits | terdiri dari tepat 16 angka"
    if len(set(number)) == 1:
        return "is not a number that is given to anybody | bukan nomor yang diberikan kepada siapa pun"
    return None


def name_error(name: str) -> str | None:
    """Why this cannot be a name on a card ("English | Indonesian"), or None: control characters, emoji and the like."""
    if all(sign in NAME_SIGNS or unicodedata.category(sign) in _NAME_KINDS for sign in name):
        return None
    return (
        f"has letters, spaces and {NAME_SIGNS} only, as on the card; no emoji, no line break"
        f" | hanya huruf, spasi, dan {NAME_SIGNS} seperti di kartu; tanpa emoji, tanpa baris baru"
    )


def warnings(nik: str, birth_date: date, provinces: Mapping[str, str]) -> tuple[str, ...]:
    """What looks odd and may still be right: ``UNKNOWN_REGION``, ``BIRTH_DATE_DIFFERS``."""
    found = []
    if nik[:2] not in provinces:
        found.append("UNKNOWN_REGION")
    day = int(nik[6:8])
    embedded = f"{day - WOMEN_ADD_DAYS if day > WOMEN_ADD_DAYS else day:02d}{nik[8:12]}"
    if embedded != f"{birth_date:%d%m%y}":
        found.append("BIRTH_DATE_DIFFERS")
    return tuple(found)


def decide_submission(check: IdentityCheck, *, now: datetime, odd: tuple[str, ...]) -> IdentityCheck:
    """Begin a new check. ``now`` is UTC; checks are counted by WIB day.

    Raises AlreadyVerified, CheckUnderWay, ContactsMissing or TooManyChecks.
    """
    if check.status is IdentityStatus.VERIFIED:
        raise AlreadyVerified
    if check.status is IdentityStatus.PENDING:
        raise CheckUnderWay(retry_after=60)
    if not check.contacts_proven:
        raise ContactsMissing
    day = wib_date(now)
    today = day.isoformat()
    used = check.today if check.day == today else 0
    if used >= CHECKS_PER_DAY:
        wait = end_of_wib_day(day) - now
        raise TooManyChecks(limit=CHECKS_PER_DAY, retry_after=max(1, round(wait.total_seconds())))
    return IdentityCheck(IdentityStatus.PENDING, check.number + 1, today, used + 1, 0, None, odd, contacts_proven=True)


def decide_verdict(check: IdentityCheck, answer: RegistryAnswer, *, at: str) -> IdentityCheck:
    """What the registry's answer makes of a pending check. ``at`` is stored text, UTC."""
    return replace(check, status=VERDICTS[answer.outcome], checked_at=at)


def decide_wait(check: IdentityCheck, now: datetime) -> tuple[IdentityCheck, datetime]:
    """The registry did not answer: still pending, and when to ask again."""
    pause = RETRY_SECONDS[min(check.attempts, len(RETRY_SECONDS) - 1)]
    return replace(check, attempts=check.attempts + 1), now + timedelta(seconds=pause)
