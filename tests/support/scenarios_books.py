"""After the journey: the ledger's day is closed, and what was paid is compared with the provider's settlement file."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

from prakerja import wiring
from prakerja.balance import LedgerClose, LedgerDayClosed, ShardToClose
from prakerja.balance.service import begin_close
from prakerja.balance.store import new_close
from prakerja.payouts.messages import DayToReconcile, InFlightToCompare, PayoutSaidReturned, PayoutToldOf
from prakerja.payouts.references import day_of_reference
from prakerja.payouts.service.handing_in import announce_file, file_received
from prakerja.platform.access_patterns import ATTEMPT
from prakerja.platform.clock import wib_date
from prakerja.platform.findings import CaseNeeded
from prakerja.platform.settings import settings
from tests.support.scenarios import Step, aside, delivery
from tests.support.scenarios_outside import PROVIDER
from tests.support.scenarios_payouts import AMOUNT, EKA, payout_of
from tests.support.scenarios_stage import Stage
from tests.support.statements import line, settlement

SHARD, DAY = ShardToClose.topic, DayToReconcile.topic
OFFICER = "op-rina"


# the ledger -----------------------------------------------------------------------------------------------------------
def _midnight(stage: Stage) -> None:
    """The day is over; all before it were closed with nothing in them (their sum is no matter here)."""
    before = wib_date(stage.clock.programme()) - timedelta(days=1)
    stage.world.table.commit(new_close(LedgerClose(before, 0, {}, {})))
    stage.clock.move(days=1)


def _begin(stage: Stage) -> Any:
    return begin_close(stage.p)


def _all_but_one(stage: Stage) -> None:
    stage.relay()
    while sum(message.topic == SHARD for message in stage.waiting) > 1:
        stage.work(stage.take(SHARD))


def _closed(stage: Stage) -> None:
    stage.relay()
    while any(message.topic == SHARD for message in stage.waiting):
        stage.work(stage.take(SHARD))
    stage.relay()


def _differs(stage: Stage) -> None:
    """Money in flight for nobody, found once before."""
    day = wib_date(stage.clock.programme()) - timedelta(days=1)
    again = InFlightToCompare(day=day, attempt=2, facts={PROVIDER: 1})
    stage.world.table.commit(outbox=[again])


# reconciliation -------------------------------------------------------------------------------------------------------
def _announce(stage: Stage) -> Any:
    """Everybody as we know them, the last one twice, and somebody whom we did not pay."""
    found = (
        stage.world.table.get(ATTEMPT, payout_id=payout_of(who), number=1)
        for who in (stage.memo.person_id, EKA.person_id)
    )
    paid = [attempt["reference"] for attempt in found if attempt]
    day = day_of_reference(paid[0])
    content = settlement(
        *(line("PAYOUT", AMOUNT, reference, f"N{number}") for number, reference in enumerate(paid)),
        line("PAYOUT", AMOUNT, paid[-1], "TWICE"),
        line("PAYOUT", 5_000, "SOMEBODY", "ELSE"),
        line("FEE", 1_000, "", "FEE"),
    )
    digest = hashlib.sha256(content).hexdigest()
    file, _ = announce_file(
        stage.p,
        wiring.statement_files(),
        operator=OFFICER,
        provider=PROVIDER,
        day=day,
        sha256=digest,
        size=len(content),
    )
    wiring.client("s3").put_object(Bucket=settings().statement_bucket, Key=file.name, Body=content)
    stage.memo.file_id = file.file_id
    return file.file_id


def _receive(stage: Stage) -> Any:
    return file_received(stage.p, operator=OFFICER, file_id=stage.memo.file_id).file_id


def _lose_the_file(stage: Stage) -> None:
    """Who announced it never put it there."""
    bucket, files = settings().statement_bucket, wiring.client("s3")
    for kept in files.list_objects_v2(Bucket=bucket, Prefix="settlements/")["Contents"]:
        files.delete_object(Bucket=bucket, Key=kept["Key"])


TOLD = frozenset({CaseNeeded.topic, PayoutToldOf.topic, PayoutSaidReturned.topic})
"""Told again by a worker that died before its report: the same cases, and inquiries that find nothing new."""

BOOKS = (
    Step("begin close", _begin, _midnight, may_announce=frozenset({SHARD}), shared=True),
    delivery("close shard", SHARD, shared=True),
    aside(delivery("close shard: the day's last", SHARD, before=_all_but_one)),
    aside(delivery("compare in flight", LedgerDayClosed.topic, before=_closed)),
    aside(delivery("compare in flight: another look", InFlightToCompare.topic, before=_differs)),
    Step("announce settlement file", _announce, shared=True),
    Step("settlement file received", _receive, shared=True),
    aside(delivery("reconcile day: no file", DAY, before=_lose_the_file, may_announce=TOLD)),
    delivery("reconcile day", DAY, may_announce=TOLD, shared=True),
)
