"""What an operator proposed about how an attempt ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from prakerja.payouts.decisions import Verdict
from prakerja.payouts.model import Attempt, Payout, PayoutState
from prakerja.payouts.store.accounts import Key
from prakerja.platform.access_patterns import VERDICT
from prakerja.platform.ids import fingerprint
from prakerja.platform.parts import Item, Part, put_new
from prakerja.platform.problems import NotFound
from prakerja.platform.records import item_of, record_of


@dataclass(frozen=True)
class Ruling:
    """A verdict about one attempt, as often sent and in the state in which the operator saw its payout.

    Evidence that it was never carried out says nothing about a sending that came later.
    """

    payout_id: str
    attempt: int
    state: PayoutState
    verdict: Verdict
    evidence_reference: str
    """What shows it: a reconciliation report and row, a letter of the provider."""
    sends: int | None = None
    """Sendings that the evidence covers. None: proposed before this was kept; then no more than the first is meant."""

    def is_about(self, payout: Payout, attempt: Attempt) -> bool:
        """Whether everything still stands as the operator saw it."""
        seen = self.state, self.attempt, self.sends or 1
        return seen == (payout.state, payout.attempt, attempt.sends)

    @property
    def content_hash(self) -> str:
        """What two operators agree on."""
        return fingerprint(item_of(self))


def new_ruling(ruling: Ruling, approval_id: str) -> Part:
    """Store what was proposed; the same proposal again is a repeat."""
    return put_new(
        VERDICT,
        item_of(ruling),
        fingerprint=ruling.content_hash,
        payout_id=ruling.payout_id,
        approval_id=approval_id,
    )


def ruling_key(payout_id: str, approval_id: str) -> Key:
    """For a batch read."""
    return VERDICT, {"payout_id": payout_id, "approval_id": approval_id}


def ruling_from_item(item: Item | Mapping[str, object] | None) -> Ruling:
    """Raises NotFound for None."""
    if item is None:
        raise NotFound
    return record_of(Ruling, item)
