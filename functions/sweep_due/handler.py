"""Wakes work whose time has come and whose message was lost: codes, notices, identity checks, waves, courses,
payouts, payout runs, what was withheld until a day.

The items say what is due; waking something twice, or something already done, does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from prakerja.cases.service import watch_cases
from prakerja.identity import due_checks
from prakerja.incentives.service import due_claims
from prakerja.membership.service import due_revocations
from prakerja.payouts.service import due_accounts, due_payouts, due_runs, due_withheld
from prakerja.payouts.store import DUE_KINDS
from prakerja.platform import Platform
from prakerja.platform.access_patterns import DUE_SHARDS
from prakerja.platform.ids import RandomIds
from prakerja.platform.observability import begin, count, log
from prakerja.platform.outbox import Message
from prakerja.registration.service.delivery import due_codes, due_notices
from prakerja.training.service.annulling_all import due_cancellations
from prakerja.training.service.finishing import due_courses
from prakerja.waves.service import due_waves
from prakerja.wiring import platform

AT_ONCE = 25

SWEEPS: dict[str, Callable[[Platform, str], Iterable[Message]]] = {
    "CODE": due_codes,
    "NOTICE": due_notices,
    "IDENTITY": due_checks,
    "WAVE": due_waves,
    **dict.fromkeys(DUE_KINDS, due_payouts),
    "RUN": due_runs,
    "ACCOUNT": due_accounts,
    "CASE": watch_cases,
    "REVOKED": due_revocations,
    "CLAIM": due_claims,
    "WITHHELD": due_withheld,
    "SCHEDULE": due_cancellations,
    "COURSE": due_courses,
}
"""Kind of due work → what wakes the due items of one shard."""


def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """Cron input is not looked at. Answers how many items of each kind were woken.

    One kind that cannot be swept does not keep the others asleep. Raises RuntimeError after all others were swept.
    """
    begin(RandomIds().new())
    p = platform()
    woken, failed = {}, []
    for kind, due in SWEEPS.items():
        try:
            woken[kind] = _wake(p, kind, due)
        except Exception:
            log.exception("sweep failed", kind=kind)
            failed.append(kind)
    count("DueSwept")  # its absence is an alarm; a kind that failed has one of its own
    if any(woken.values()):
        log.warning("due work was woken", woken=woken)
    if failed:
        raise RuntimeError(f"not swept: {', '.join(failed)}")
    return woken


def _wake(p: Platform, kind: str, due: Callable[[Platform, str], Iterable[Message]]) -> int:
    messages = [message for shard in range(DUE_SHARDS) for message in due(p, f"{kind}#{shard:02d}")]
    for start in range(0, len(messages), AT_ONCE):
        p.table.commit(outbox=messages[start : start + AT_ONCE])
    count("DueWoken", len(messages), kind=kind)
    return len(messages)
