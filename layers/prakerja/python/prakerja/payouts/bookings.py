"""Which ledger moves a payout's change of state is. Pure: what is not listed cannot be booked, and so cannot happen."""

from __future__ import annotations

from datetime import datetime

from prakerja.balance import PayoutMove
from prakerja.payouts.model import IN_FLIGHT, Payout, PayoutState

_LEAVING = {
    PayoutState.PAID: (PayoutMove.POST,),
    PayoutState.FAILED: (PayoutMove.VOID,),
    PayoutState.RETURNED: (PayoutMove.RETURN_UNPOSTED, PayoutMove.RELEASE_RETURNED),
}
_AFTER_PAYMENT = {PayoutState.RETURNED: (PayoutMove.RETURN, PayoutMove.RELEASE_RETURNED)}
_CLAIMED_BACK = (PayoutMove.RETURN_CLAIMED, PayoutMove.RETURN_REPAID, PayoutMove.RELEASE_RETURNED)


def in_flight_at(payout: Payout, moment: datetime) -> str | None:
    """The provider with which a payout's amount was in flight just before a moment (programme clock), by its history.

    What a long history leaves out makes no difference (``Payout.to``).
    """
    passed = [step for step in payout.history if step.at < moment]
    return passed[-1].provider if passed and passed[-1].state in IN_FLIGHT else None


class NotBookable(ValueError):
    """No answer of a provider leads from one of these states to the other: a mistake of ours, stop before money moves."""


def moves_between(before: PayoutState, after: PayoutState) -> tuple[PayoutMove, ...]:
    """The moves of one attempt's money when its payout goes from ``before`` to ``after``. Raises NotBookable.

    FAILED is the only state that voids, and a payout becomes FAILED only by a proof (``decide_inquiry``): as long as
    it is unknown, its money stays in flight. An inquiry that says "returned" also says that the money is back with us.
    """
    if before is after or (before in IN_FLIGHT and after in IN_FLIGHT):
        return ()
    moves = _LEAVING if before in IN_FLIGHT else _AFTER_PAYMENT if before is PayoutState.PAID else {}
    if after not in moves:
        raise NotBookable(f"{before} to {after}")
    return moves[after]


def moves_of_claimed(amount: int, in_vain: int) -> tuple[tuple[PayoutMove, int], ...]:
    """The moves, in rupiah, when a payment comes back after it was claimed from its member.

    It is not in PAID any more: the member owed it, and repaid ``in_vain`` of it. That part we owe them.
    """
    moved = zip(_CLAIMED_BACK, (amount - in_vain, in_vain, amount), strict=True)
    return tuple((move, rupiah) for move, rupiah in moved if rupiah)
