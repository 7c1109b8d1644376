"""A provider's day with attempts in any state, and the settlement files about it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from prakerja.payouts.model import Attempt, Payout, PayoutState
from prakerja.payouts.ports import PaymentProvider
from prakerja.payouts.reconciling.report import Report
from prakerja.payouts.references import reference
from prakerja.payouts.service.handing_in import announce_file, file_received
from prakerja.payouts.service.reconciling import reconcile_day
from prakerja.payouts.store import new_attempt, new_payout
from prakerja.payouts.store.sent import new_sent
from prakerja.platform.clock import wib_date
from prakerja.platform.ids import derived
from tests.support.statements import MemoryFiles, settlement
from tests.support.world import World

BANK = "BNI"
AMOUNT = 600_000


class Day:
    """One day of one provider in a world; reconciled on the next morning."""

    def __init__(self, world: World, providers: Mapping[str, PaymentProvider] | None = None) -> None:
        self.world, self.p = world, world.platform
        self.files = MemoryFiles()
        self.providers = providers or {}
        self.day: date = wib_date(world.clock.wall())
        self.count = 0

    def attempt(
        self,
        state: PayoutState,
        *,
        number: int = 1,
        current: int | None = None,
        sent_at: datetime | None = None,
        their_number: str | None = None,
    ) -> str:
        """An attempt whose payout is in a state; answers its reference. ``current``: of the payout, if that is later.

        ``their_number``: what the provider called it when it was paid.
        """
        self.count += 1
        now = self.world.clock.wall()
        payout_id = derived("payout", str(self.count))
        attempt = Attempt(
            payout_id, number, BANK, "17", "/v1.0/transfer-intrabank", reference(payout_id, number, now), AMOUNT,
            b"sealed", b"sealed", f"external-{self.count}", now, sent_at or now,
        )  # fmt: skip
        payout = Payout(
            payout_id,
            "run-1",
            f"person-{self.count}",
            "JOB_SEARCH",
            1,
            BANK,
            AMOUNT,
            state,
            current or number,
            provider_reference=their_number,
        )
        self.world.table.commit(*new_payout(payout), new_attempt(attempt), new_sent(payout, attempt))
        return attempt.reference

    def morning(self, days: int = 1) -> None:
        """Go on to 09:00 WIB, some days later."""
        self.world.clock.now = (self.world.clock.now + timedelta(days=days)).replace(hour=2, minute=0)

    def hand_in(self, *lines: str, day: date | None = None, content: bytes | None = None) -> str:
        """An operator hands a file in; answers its id."""
        data = settlement(*lines) if content is None else content
        file, _ = announce_file(
            self.p, self.files, operator="op-1", provider=BANK, day=day or self.day,
            sha256=hashlib.sha256(data).hexdigest(), size=len(data),
        )  # fmt: skip
        self.files.files[file.name] = data
        file_received(self.p, operator="op-1", file_id=file.file_id)
        return file.file_id

    def reconcile(self, day: date | None = None) -> Report | None:
        """What the worker does."""
        return reconcile_day(self.p, self.providers, self.files, provider=BANK, day=day or self.day)

    def findings(self) -> list[tuple[str, dict[str, Any]]]:
        """(kind, message) of all findings, taken from the outbox."""
        return [(found.body["kind"], found.body) for found in self.world.take("cases.needed.v1")]


def counts(report: Report | None) -> dict[str, int]:
    """Bucket → how many."""
    assert report is not None
    return {bucket: found["count"] for bucket, found in report.buckets.items()}
