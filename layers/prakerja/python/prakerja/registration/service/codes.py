"""One-time codes: asking for one, having it resent, giving it back. Shared by sign-in and contacts.

Asking costs and answers the same whether or not the address has an account. Only a device that its holder has signed in
on is told apart, and only when the address has had its codes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from prakerja.platform import Platform
from prakerja.platform.ids import derived, fingerprint
from prakerja.platform.one_time_code import is_code
from prakerja.platform.problems import IdempotencyKeyReused
from prakerja.registration.errors import ChallengeUnknown, ConfirmationLocked, TooManyCodes, TooManyResends
from prakerja.registration.messages import code_requested
from prakerja.registration.model.challenge import Challenge, Purpose, Verdict, decide_code, may_resend
from prakerja.registration.model.limits import (
    ADDRESS,
    CONFIRMATION,
    DEVICE,
    OWN_DEVICE,
    Usage,
    locked,
    locked_for,
    must_wait,
    one_more,
    one_wrong,
)
from prakerja.registration.model.refusal import refusal
from prakerja.registration.store.challenge import (
    begin_challenge,
    count_wrong,
    load_challenge,
    load_request,
    load_usage,
    lock_device,
    resend_code,
    use_limit,
    wrong_confirmation,
)
from prakerja.registration.store.person import signed_in_before

SWEEP_MARGIN = timedelta(minutes=2)
"""How much later than its message the sweep wakes a code, so that it only wakes what was lost."""


def ask_for_code(p: Platform, challenge: Challenge, address: str) -> Challenge:
    """Begin a challenge (whose id is derived from the request) and have its first code sent.

    Repeating the request answers the challenge as it stands. Raises TooManyCodes, IdempotencyKeyReused, and
    ConfirmationLocked for a confirmation.
    """
    digest, device = challenge.digests[-1], challenge.device
    intent = fingerprint([challenge.purpose, challenge.channel, digest, device, challenge.person_id])
    challenge = replace(challenge, intent=intent)
    # load
    found, counted, of_device = load_request(p.table, challenge.challenge_id, challenge.counted_on, device)
    # decide
    if found:
        return _same_request(found, intent)
    _check_limits(p, challenge, counted, of_device)
    # commit, announce
    p.table.commit(
        begin_challenge(p, challenge, address, challenge.created_at + SWEEP_MARGIN),
        use_limit(*challenge.counted_on, counted, one_more(counted, challenge.created_at)),
        use_limit("DEVICE", device, of_device, one_more(of_device, challenge.created_at)),
        outbox=[code_requested(challenge)],
    )
    return challenge


def resend(p: Platform, *, challenge_id: str, device: str, purposes: Collection[Purpose], key: str) -> Challenge:
    """Have the next code of a challenge sent; it replaces the one before.

    Repeating the same ``key`` sends nothing more. Raises ChallengeUnknown, TooManyCodes, TooManyResends, ChallengeBusy,
    ConfirmationLocked.
    """
    mark = derived("resend", challenge_id, key)
    # load
    challenge = load_challenge(p.table, challenge_id)
    if challenge is None or challenge.device != device or challenge.purpose not in purposes:
        raise ChallengeUnknown
    if challenge.resend_mark == mark:
        return challenge
    counted, of_device = load_usage(p.table, challenge.counted_on, device)
    # decide
    now = p.clock.wall()
    if not may_resend(challenge, now):
        raise TooManyResends
    _check_limits(p, challenge, counted, of_device)
    after, resent = resend_code(challenge, mark, now + SWEEP_MARGIN)
    # commit, announce
    p.table.commit(
        resent,
        use_limit(*challenge.counted_on, counted, one_more(counted, now)),
        use_limit("DEVICE", device, of_device, one_more(of_device, now)),
        outbox=[code_requested(after)],
    )
    return after


def prove(
    p: Platform,
    code_key: str,
    *,
    challenge_id: str,
    code: str,
    device: str,
    purposes: Collection[Purpose],
    person_id: str | None = None,
    of_person: Usage | None = None,
) -> tuple[Challenge, bool]:
    """The challenge that the code proves, and whether it was used before (by this device, so the answer was lost).

    The caller uses the challenge in its own transaction. A wrong code is counted, with ``of_person`` (a
    confirmation's) also on its person. Raises what ``refusal`` lists, ConfirmationLocked.
    """
    # load
    challenge = load_challenge(p.table, challenge_id)
    # decide
    now = p.clock.wall()
    right = is_code(code_key, challenge_id, challenge.resend if challenge else 0, code)
    verdict = decide_code(challenge, right=right, device=device, purposes=purposes, person_id=person_id, now=now)
    if challenge and verdict in (Verdict.RIGHT, Verdict.REPEATED):
        return challenge, verdict is Verdict.REPEATED
    after = one_wrong(of_person, now) if of_person else None
    # commit
    if challenge and verdict in (Verdict.WRONG, Verdict.WRONG_AND_LOCKS):
        parts = [count_wrong(challenge, locks=verdict is Verdict.WRONG_AND_LOCKS)]
        if verdict is Verdict.WRONG_AND_LOCKS:
            _, of_device = load_usage(p.table, challenge.counted_on, device)
            parts.append(lock_device(device, locked(of_device, now)))
        if of_person and after and person_id:
            parts.append(wrong_confirmation(person_id, of_person, after))
        p.table.commit(*parts)
        if after and (seconds := locked_for(after, now)):
            raise ConfirmationLocked(retry_after=seconds)
    raise refusal(verdict, challenge, after)


def _same_request(found: Challenge, intent: str) -> Challenge:
    if found.intent != intent:
        raise IdempotencyKeyReused
    return found


def _check_limits(p: Platform, challenge: Challenge, counted: Usage, of_device: Usage) -> None:
    now = p.clock.wall()
    if challenge.purpose is Purpose.CONFIRMATION:
        if seconds := locked_for(counted, now):
            raise ConfirmationLocked(retry_after=seconds)
        seconds = must_wait(counted, CONFIRMATION, now)
    else:
        seconds = must_wait(counted, ADDRESS, now)
        if seconds and signed_in_before(p.table, challenge.channel, challenge.digests, challenge.device):
            seconds = must_wait(of_device, OWN_DEVICE, now)
    seconds = max(seconds, must_wait(of_device, DEVICE, now))
    if seconds:
        raise TooManyCodes(retry_after=seconds)
