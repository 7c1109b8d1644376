"""The page about payment providers: their profiles, and what is made of every response code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import time
from itertools import groupby

from prakerja.gateways.snap.classify import OUTCOMES, must_confirm, parse_code, reason_for
from prakerja.gateways.snap.profiles import PROFILES, PhoneForm, Profile, Service
from prakerja.gateways.snap.signing import Mode
from prakerja.payouts.answers import AccountKind, Outcome

INTRODUCTION = """# Payment providers

Profiles are data (`gateways/snap/profiles.py`). "Generic": nothing public was found, so the standard is assumed. None
has been tried on a provider's own system; pacing and limits are placeholders for what each contract says.
"""
CODES = """## Response codes of a call that moves money

HTTP status and case code decide; the service digits between them are ignored. **Every code that is not here, every
answer that cannot be read, and every code that contradicts the HTTP status is AMB.**

| class | it means | then |
| --- | --- | --- |
| OK | paid: the echo of reference, amount and account is true and the provider's reference is there | end |
| PEND | accepted, not finished | inquire |
| AMB | nothing is proven | inquire; never another reference |
| REJ | certainly not carried out | the same reference again, later; a signature or token is renewed at once and once, a signature that is refused again is STOP |
| FAIL | refused for good, a reason that lies with the account | one inquiry has to agree |
| STOP | not carried out, our set-up or funds | pause the channel; no member is told |
| BUG | not carried out, our request is wrong | a person looks |
"""


def provider_rows() -> Iterator[tuple[str, ...]]:
    """One column per provider: a property in front, then its value for each."""
    profiles = list(PROFILES.values())
    yield ("", *(profile.name for profile in profiles))
    for label, tell in _PROPERTIES.items():
        yield (label, *(tell(profile) for profile in profiles))


def code_rows() -> Iterator[tuple[str, ...]]:
    """Per class and HTTP status: the cases, and what a member is told."""
    order = list(Outcome)
    listed = sorted(OUTCOMES.items(), key=lambda row: (order.index(row[1]), row[0]))
    for (outcome, http), rows in groupby(listed, key=lambda row: (row[1], row[0][0])):
        cases = [_case(http, case, outcome) for (_, case), _ in rows]
        yield (f"{outcome}", f"{http}", ", ".join(cases))


def _case(http: int, case: str, outcome: Outcome) -> str:
    code = parse_code(f"{http}00{case}")
    reason = reason_for(code, {})
    notes = [f"`{reason}`"] if reason else []
    if must_confirm(outcome, code) and outcome is not Outcome.FAIL:
        notes.append("one inquiry first")
    return f"{case} ({'; '.join(notes)})" if notes else case


def _mode(profile: Profile) -> str:
    return "HMAC-SHA512 and token" if profile.mode is Mode.SYMMETRIC else "RSA, no token"


def _window(window: tuple[time, time] | None) -> str:
    return f"{window[0]:%H:%M}–{window[1]:%H:%M} WIB" if window else "–"


def _number(profile: Profile) -> str:
    if profile.rules.kind is AccountKind.BANK:
        return "account number"
    return "62…" if profile.phone_form is PhoneForm.INTERNATIONAL else "08…"


def _extra(profile: Profile) -> str:
    given = {f"`{name}={value}`" for fields in profile.additional.values() for name, value in fields.items()}
    return ", ".join(sorted(given)) or "–"


_PROPERTIES: Mapping[str, Callable[[Profile], str]] = {
    "written from": lambda p: "its documents" if p.verified else "generic",
    "token": lambda p: "–" if p.mode is Mode.ASYMMETRIC else f"`{p.path(Service.TOKEN)}`",
    "transfer": lambda p: f"`{p.path(p.transfer)}`",
    "services": lambda p: ", ".join(
        one.value for one in (p.balance, p.statement, p.account, p.transfer, p.status) if one
    ),
    "signature": lambda p: f"{_mode(p)}, {p.encoding.value.lower()}",
    "time of the token": lambda p: "–" if p.mode is Mode.ASYMMETRIC else p.token_timestamp_form.value,
    "number": _number,
    "additionalInfo": _extra,
    "says whose NIK, KYC": lambda p: "yes" if p.holder else "no",
    "same reference again": lambda p: (
        f"{p.dedup.value.lower()}, {f'{p.dedup_days} days' if p.dedup_days else 'for ever'}"
    ),
    "inquiries after, s": lambda p: ", ".join(
        str(p.rules.wait_before_inquiry(made)) for made in range(len(p.rules.ladder))
    ),
    "not found proves after": lambda p: f"{p.rules.settle_seconds} s and {p.rules.not_found_needed} answers",
    "sent again for": lambda p: f"{p.rules.resend_days} days",
    "end of day": lambda p: _window(p.rules.end_of_day),
    "call-back": lambda p: (
        f"{p.callback.value}, {'path below ours' if p.callback_path_below else 'whole path'}"
        if p.callback.value == "SNAP"
        else p.callback.value
    ),
    "transfers a second, at once": lambda p: f"{p.rules.per_second}, {p.rules.concurrency}",
    "largest transfer": lambda p: f"Rp{p.rules.max_amount:,}".replace(",", "."),
}
