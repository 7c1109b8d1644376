"""Commands of identity: a person submits who they are; the registry's answer is fetched and judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from prakerja.identity.answers import RegistryRecord
from prakerja.identity.messages import IdentityCheckRequested
from prakerja.identity.model import (
    IdentityCheck,
    IdentityStatus,
    decide_submission,
    decide_verdict,
    decide_wait,
    warnings,
)
from prakerja.identity.ports import CivilRegistry
from prakerja.identity.regions import regions
from prakerja.identity.store import Outdated, check_from_item, judged, load_claim, nik_guards, submitted, waiting
from prakerja.platform import Platform
from prakerja.platform.access_patterns import IDEMPOTENCY, PERSON_STATE
from prakerja.platform.clock import to_text
from prakerja.platform.evidence import evidence
from prakerja.platform.idempotency import command_id, remember, was_done
from prakerja.platform.observability import count
from prakerja.platform.outbox import MAX_DELAY_SECONDS, later
from prakerja.platform.parts import Item
from prakerja.platform.problems import Conflict, NotFound, Unavailable
from prakerja.registration import NoticeKind, notice

SWEEP_MARGIN = timedelta(minutes=2)
"""How much later than its message the sweep wakes a check, so that it only wakes what was lost."""


class _Taken(Conflict):
    slug = "nik-taken"


def load_check(p: Platform, person_id: str) -> IdentityCheck:
    """Where a person's identity stands. Raises NotFound."""
    return _found(p.table.get(PERSON_STATE, person_id=person_id))


def submit_identity(p: Platform, *, person_id: str, record: RegistryRecord, region: str, key: str) -> IdentityCheck:
    """Begin a check of what a person claims; ``region`` is the regency they live in.

    Repeating the same ``key`` answers where that check stands now. Raises AlreadyVerified, CheckUnderWay, ContactsMissing,
    TooManyChecks, IdempotencyKeyReused.
    """
    command = command_id("participant", person_id, "submit_identity", key)
    intents = [{"claim": digest, "region": region} for digest in p.guarded().digests("CLAIM", record.as_text())]
    # load
    item, row = p.table.batch_get((PERSON_STATE, {"person_id": person_id}), (IDEMPOTENCY, {"command_id": command}))
    before = _found(item)
    # decide
    if was_done(row, *intents):
        return before
    now = p.clock.wall()
    odd = warnings(record.nik, record.birth_date, regions()["provinces"])
    after = decide_submission(before, now=now, odd=odd)
    # commit, announce
    outcome = p.table.commit(
        remember(command, intents[-1], now),
        *submitted(p, person_id, before, after, record, region, to_text(now + SWEEP_MARGIN)),
        outbox=[IdentityCheckRequested(person_id=person_id, check_number=after.number)],
    )
    return load_check(p, person_id) if outcome.repeated else after


def verify_identity(p: Platform, registry: CivilRegistry, *, person_id: str, check_number: int) -> IdentityCheck:
    """Ask the registry about a pending check and judge its answer; does nothing for a check that is over.

    "The registry did not answer" leaves the check pending and due again, for as long as it takes.
    """
    # load
    check = load_check(p, person_id)
    if check.status is not IdentityStatus.PENDING or check.number != check_number:
        return check
    record = load_claim(p, person_id)
    try:
        answer = registry.verify(record)
    except Unavailable:
        return _wait(p, person_id, check)
    # decide
    now = p.clock.wall()
    after = decide_verdict(check, answer, at=to_text(now))
    facts = {"number": check.number, "outcome": str(answer.outcome)}
    # commit, announce
    try:
        if after.status is IdentityStatus.VERIFIED:
            digests = {
                "nik_digest": p.guarded().digest("NIK", record.nik),
                # under the oldest key, so that one card has one digest while keys rotate: its two seats stand under
                # it, and would be two more under another. A key goes once people and seats have been re-keyed.
                "family_digest": p.guarded().digests("FAMILY", record.family_card_number)[0],
            }
            p.table.commit(
                *nik_guards(p, person_id, record.nik, _Taken()),
                judged(person_id, check, after, digests),
                evidence(person_id, "IDENTITY_JUDGED", now, **facts),
                outbox=[notice(person_id, NoticeKind.IDENTITY_VERIFIED, str(check.number))],
            )
        else:
            _refuse(p, person_id, check, after, facts)
    except _Taken:
        after = replace(after, status=IdentityStatus.TAKEN)
        _refuse(p, person_id, check, after, facts)
    except Outdated:
        return load_check(p, person_id)
    count("IdentityJudged", status=str(after.status))
    return after


def due_checks(p: Platform, shard: str, *, limit: int = 100) -> list[IdentityCheckRequested]:
    """The checks of a due shard whose time has come, as messages to send again."""
    keys = p.table.due(PERSON_STATE, shard, to_text(p.clock.wall()), limit=limit)
    items = p.table.batch_get(*((PERSON_STATE, key) for key in keys)) if keys else []
    checks = [(key["person_id"], check_from_item(item)) for key, item in zip(keys, items, strict=True) if item]
    return [
        IdentityCheckRequested(person_id=person_id, check_number=check.number)
        for person_id, check in checks
        if check.status is IdentityStatus.PENDING
    ]


def _wait(p: Platform, person_id: str, check: IdentityCheck) -> IdentityCheck:
    # decide
    now = p.clock.wall()
    after, next_at = decide_wait(check, now)
    seconds = int((next_at - now).total_seconds())
    again = IdentityCheckRequested(person_id=person_id, check_number=check.number)
    # commit, announce; a wait that is too long for a message is the sweep's alone
    by_message = seconds <= MAX_DELAY_SECONDS
    wake_at = next_at + SWEEP_MARGIN if by_message else next_at
    p.table.commit(
        waiting(person_id, check, after, to_text(wake_at)), outbox=[later(again, seconds)] if by_message else []
    )
    count("RegistryUnavailable")
    return after


def _refuse(p: Platform, person_id: str, check: IdentityCheck, after: IdentityCheck, facts: dict[str, Any]) -> None:
    p.table.commit(
        judged(person_id, check, after),
        evidence(person_id, "IDENTITY_JUDGED", p.clock.wall(), **facts, status=str(after.status)),
        outbox=[notice(person_id, NoticeKind.IDENTITY_FAILED, str(check.number))],
    )


def _found(item: Item | None) -> IdentityCheck:
    if item is None:
        raise NotFound
    return check_from_item(item)
