"""Challenges, and how often addresses and devices asked for one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from boto3.dynamodb.conditions import Attr, ConditionBase

from prakerja.platform import Platform
from prakerja.platform.access_patterns import CHALLENGE, CODE_LIMIT, Pattern
from prakerja.platform.clock import from_text, to_text
from prakerja.platform.parts import NOT_DUE, Item, Part, check, due, put, put_new, update
from prakerja.platform.problems import Conflict, IdempotencyKeyReused, Problem, Reaction
from prakerja.platform.table import Table
from prakerja.registration.errors import ChallengeBusy, ConfirmationUnusable, TooManyCodes
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import Challenge, ChallengeState, Purpose
from prakerja.registration.model.limits import ADDRESS, Usage

DUE_KIND = "CODE"
KEPT = timedelta(days=1)
"""How long a challenge or an old limit stays readable, for repeats and for support."""


class Superseded(Conflict):
    """The code was handed over or resent meanwhile, by a message that came twice."""

    slug, reaction = "code-superseded", Reaction.DUPLICATE


def load_challenge(table: Table, challenge_id: str) -> Challenge | None:
    """One challenge, or None."""
    item = table.get(CHALLENGE, challenge_id=challenge_id)
    return _challenge(challenge_id, item) if item else None


def load_request(
    table: Table, challenge_id: str, counted_on: tuple[str, str], device: str
) -> tuple[Challenge | None, Usage, Usage]:
    """A challenge that may exist, and the usage of what its codes are counted on and of the device, in one call."""
    item, *usage = table.batch_get((CHALLENGE, {"challenge_id": challenge_id}), *_limits(counted_on, device))
    return _challenge(challenge_id, item) if item else None, _usage(usage[0]), _usage(usage[1])


def load_usage(table: Table, counted_on: tuple[str, str], device: str) -> tuple[Usage, Usage]:
    """The usage of what codes are counted on and of a device, in one call."""
    counted, of_device = table.batch_get(*_limits(counted_on, device))
    return _usage(counted), _usage(of_device)


def load_confirmations(table: Table, person_id: str) -> Usage:
    """What a person has used of confirmations."""
    return _usage(table.get(CODE_LIMIT, kind="CONFIRMATION", digest=person_id))


def begin_challenge(p: Platform, challenge: Challenge, address: str, wake_at: datetime) -> Part:
    """Store a new challenge, its address sealed under its own key; due at ``wake_at`` in case its message is lost."""
    key = p.opened().new_person_key(challenge.challenge_id)
    item = {
        "purpose": challenge.purpose.value,
        "channel": challenge.channel.value,
        "digests": list(challenge.digests),
        "device": challenge.device,
        "person_id": challenge.person_id,
        "state": challenge.state.value,
        "resend": challenge.resend,
        "wrong": challenge.wrong,
        "attempts": challenge.attempts,
        "created_at": to_text(challenge.created_at),
        "address_key": key,
        "sealed_address": p.opened().seal(challenge.challenge_id, key, "address", address),
        "expires_at": int((challenge.created_at + KEPT).timestamp()),
        **due(DUE_KIND, challenge.challenge_id, to_text(wake_at)),
    }
    return put_new(
        CHALLENGE,
        item,
        error=IdempotencyKeyReused(),
        fingerprint=challenge.intent,
        challenge_id=challenge.challenge_id,
    )


def open_address(p: Platform, challenge: Challenge) -> str:
    """The address of a loaded challenge, in clear."""
    return p.opened().open(challenge.challenge_id, challenge.address_key, "address", challenge.sealed_address)


def resend_code(challenge: Challenge, mark: str, wake_at: datetime) -> tuple[Challenge, Part]:
    """Begin the next resend; the code before it is void from now on."""
    after = replace(challenge, resend=challenge.resend + 1, resend_mark=mark, code_sent_at=None, attempts=0)
    changes = {
        "resend": after.resend,
        "resend_mark": mark,
        "attempts": 0,
        **due(DUE_KIND, challenge.challenge_id, to_text(wake_at)),
    }
    return after, _change(challenge, changes, ("code_sent_at",), _same_tries(challenge), ChallengeBusy(retry_after=1))


def code_sent(challenge: Challenge, at: datetime) -> Part:
    """The provider has accepted the present code."""
    return _change(challenge, {"code_sent_at": to_text(at)}, NOT_DUE, _still_to_send(challenge), Superseded())


def code_waits(challenge: Challenge, next_at: datetime) -> Part:
    """The provider was unavailable; the present code is due again at ``next_at``."""
    changes = {
        "attempts": challenge.attempts + 1,
        **due(DUE_KIND, challenge.challenge_id, to_text(next_at)),
    }
    nobody_else = _still_to_send(challenge) & Attr("attempts").eq(challenge.attempts)
    return _change(challenge, changes, (), nobody_else, Superseded())


def code_refused(challenge: Challenge) -> Part:
    """The provider will never take messages to this address."""
    changes = {"state": ChallengeState.UNDELIVERABLE.value}
    return _change(challenge, changes, NOT_DUE, _still_to_send(challenge), Superseded())


def code_not_wanted(challenge: Challenge) -> Part:
    """Nothing is due any more: used, locked or too old."""
    return _change(challenge, {}, NOT_DUE, Attr("resend").eq(challenge.resend), Superseded())


def count_wrong(challenge: Challenge, *, locks: bool) -> Part:
    """One more wrong code. Whoever tries codes in parallel gets no more than three that count."""
    changes: dict[str, Any] = {"wrong": challenge.wrong + 1}
    if locks:
        changes["state"] = ChallengeState.LOCKED.value
    return _change(challenge, changes, (), _same_tries(challenge), ChallengeBusy(retry_after=1))


def use_challenge(challenge: Challenge, *, session_id: str | None = None, next_id: str | None = None) -> Part:
    """The right code was given; what it led to is remembered, for repeats."""
    led_to = {"session_id": session_id, "next_id": next_id}
    changes = {"state": ChallengeState.USED.value, **{name: value for name, value in led_to.items() if value}}
    return _change(challenge, changes, (), _same_tries(challenge), ChallengeBusy(retry_after=1))


def challenge_key(challenge_id: str) -> tuple[Pattern, dict[str, str | int]]:
    """For a batch read."""
    return CHALLENGE, {"challenge_id": challenge_id}


def confirmation_used(
    p: Platform, confirmation_id: str, item: Item | None, *, person_id: str, session_id: str, led_to: str
) -> Part:
    """Use up the code that a person gave back in this session, for ``led_to``. Raises ConfirmationUnusable.

    ``item`` is the challenge as it was read with whatever else the command loads.
    """
    challenge = _challenge(confirmation_id, item) if item else None
    device = device_mark(p, session_id)
    if challenge is None or not challenge.confirms(person_id, device, p.clock.wall()):
        raise ConfirmationUnusable
    unused = Attr("state").eq(ChallengeState.USED.value) & Attr("next_id").not_exists()
    return _change(challenge, {"next_id": led_to}, (), unused, ConfirmationUnusable())


def device_mark(p: Platform, device_id: str) -> str:
    """A device (or a session that stands for it) as we store it: a hash of the random id that only it holds."""
    return p.ids.of("device", device_id)


def due_challenges(table: Table, shard: str, before: datetime, limit: int) -> list[Challenge]:
    """Challenges of a due shard whose code was to be sent before a time."""
    keys = table.due(CHALLENGE, shard, to_text(before), limit=limit)
    items = table.batch_get(*((CHALLENGE, key) for key in keys)) if keys else []
    return [_challenge(key["challenge_id"], item) for key, item in zip(keys, items, strict=True) if item]


def use_limit(kind: str, digest: str, before: Usage, after: Usage) -> Part:
    """Write the usage of an address, a device or a person, unless another request was counted meanwhile."""
    wait = TooManyCodes(retry_after=int(ADDRESS.every.total_seconds()))
    return put(CODE_LIMIT, _usage_item(after), when=_unchanged(before), error=wait, kind=kind, digest=digest)


def wrong_confirmation(person_id: str, before: Usage, after: Usage) -> Part:
    """Count a wrong code on its person. Whoever tries in many sessions at once gets no more than three that count."""
    busy, key = ChallengeBusy(retry_after=1), {"kind": "CONFIRMATION", "digest": person_id}
    return put(CODE_LIMIT, _usage_item(after), when=_unchanged(before), error=busy, **key)


def no_wrong_confirmation(person_id: str, before: Usage) -> Part:
    """The right code counts only if no wrong one was counted since ``before``."""
    busy, key = ChallengeBusy(retry_after=1), {"kind": "CONFIRMATION", "digest": person_id}
    return check(CODE_LIMIT, when=_unchanged(before), error=busy, **key)


def lock_device(digest: str, usage: Usage) -> Part:
    """Write a device's lock; a count that comes in between may be lost, the lock may not."""
    return put(CODE_LIMIT, _usage_item(usage), kind="DEVICE", digest=digest)


def _challenge(challenge_id: str, item: Mapping[str, Any]) -> Challenge:
    return Challenge(
        challenge_id=challenge_id,
        purpose=Purpose(item["purpose"]),
        channel=Channel(item["channel"]),
        digests=tuple(item["digests"]),
        device=item["device"],
        created_at=from_text(item["created_at"]),
        person_id=item.get("person_id"),
        state=ChallengeState(item["state"]),
        resend=item["resend"],
        resend_mark=item.get("resend_mark", ""),
        wrong=item["wrong"],
        attempts=item["attempts"],
        code_sent_at=_time(item.get("code_sent_at")),
        session_id=item.get("session_id"),
        next_id=item.get("next_id"),
        address_key=item["address_key"],
        sealed_address=item["sealed_address"],
        intent=item["fingerprint"],
    )


def _change(
    challenge: Challenge, changes: Mapping[str, Any], remove: tuple[str, ...], when: ConditionBase, error: Problem
) -> Part:
    return update(CHALLENGE, set=changes, remove=remove, when=when, error=error, challenge_id=challenge.challenge_id)


def _same_tries(challenge: Challenge) -> Any:
    return (
        Attr("state").eq(challenge.state.value)
        & Attr("wrong").eq(challenge.wrong)
        & Attr("resend").eq(challenge.resend)
    )


def _still_to_send(challenge: Challenge) -> Any:
    return Attr("resend").eq(challenge.resend) & Attr("code_sent_at").not_exists()


def _limits(counted_on: tuple[str, str], device: str) -> list[tuple[Pattern, dict[str, str | int]]]:
    kind, digest = counted_on
    return [
        (CODE_LIMIT, {"kind": kind, "digest": digest}),
        (CODE_LIMIT, {"kind": "DEVICE", "digest": device}),
    ]


def _unchanged(usage: Usage) -> Any:
    wrong = Attr("wrong").eq(usage.wrong) if usage.wrong else Attr("wrong").not_exists()
    return _is("last_at", usage.last_at) & _is("locked_until", usage.locked_until) & wrong


def _is(name: str, moment: datetime | None) -> Any:
    return Attr(name).eq(to_text(moment)) if moment else Attr(name).not_exists()


def _usage(item: Item | None) -> Usage:
    if item is None:
        return Usage()
    times = _time(item.get("last_at")), _time(item.get("locked_until"))
    return Usage(item.get("day", ""), item.get("codes", 0), *times, item.get("wrong", 0))


def _usage_item(usage: Usage) -> dict[str, Any]:
    latest = max(moment for moment in (usage.last_at, usage.locked_until) if moment)
    return {
        "day": usage.day,
        "codes": usage.codes,
        "last_at": to_text(usage.last_at) if usage.last_at else None,
        "locked_until": to_text(usage.locked_until) if usage.locked_until else None,
        "wrong": usage.wrong or None,
        "expires_at": int((latest + KEPT).timestamp()),
    }


def _time(text: str | None) -> datetime | None:
    return from_text(text) if text else None
