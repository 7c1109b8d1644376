"""A membership was revoked: its open course ends, and what is left of the balance is forfeited."""

from __future__ import annotations

from prakerja.balance import balance_from_item, forfeit_unused_parts
from prakerja.membership import MembershipState, close_purchase_part, load_membership, membership_from_item
from prakerja.platform import Platform
from prakerja.platform.access_patterns import BALANCE, INVOICE, MEMBERSHIP, PURCHASE, REDEEM_CODE
from prakerja.platform.evidence import evidence
from prakerja.platform.observability import count
from prakerja.training.model.purchase import OPEN
from prakerja.training.service.finishing import not_completed_money
from prakerja.training.service.moving import again_if_moved, unless_moved
from prakerja.training.service.paying_back import pay_back
from prakerja.training.store.catalogue import seat_part, seats_from_item, seats_key
from prakerja.training.store.moved import Moved
from prakerja.training.store.purchase import (
    cancelled_parts,
    code_from_item,
    ended_parts,
    invoice_from_item,
    purchase_from_item,
)


def end_learning(p: Platform, *, person_id: str) -> None:
    """End the open course of a revoked member and forfeit the balance. Doing it again changes nothing.

    A course that has not begun is cancelled, and its seat is free again; one that has begun is paid for or not as the
    scheme says of courses that are not completed. Raises Unavailable if it cannot keep up with what moves.
    """
    again_if_moved(lambda _: _end_course(p, person_id))
    again_if_moved(lambda _: _forfeit(p, person_id))


def _end_course(p: Platform, person_id: str) -> None:
    # load
    membership = load_membership(p.table, person_id)
    if membership is None or membership.state is not MembershipState.REVOKED or membership.open_purchase_id is None:
        return
    purchase_item, balance_item = p.table.batch_get(
        (PURCHASE, {"person_id": person_id, "purchase_id": membership.open_purchase_id}),
        (BALANCE, {"person_id": person_id}),
    )
    purchase = purchase_from_item(purchase_item)
    if purchase is None or balance_item is None:
        return
    code_item, invoice_item = p.table.batch_get(
        (REDEEM_CODE, {"redeem_code": purchase.redeem_code}),
        (INVOICE, {"client_code": purchase.client_code, "invoice_code": purchase.invoice_code}),
    )
    code, invoice = code_from_item(code_item), invoice_from_item(invoice_item)
    if code is None or invoice is None:
        return
    if purchase.state not in OPEN:  # it ended after the membership was read
        raise Moved
    # decide
    now, balance = p.clock.programme(), balance_from_item(balance_item)
    if code.is_redeemed:
        ended = (*ended_parts(purchase, code, now), *not_completed_money(p, membership, balance, purchase, now))
    else:
        (seats_item,) = p.table.batch_get(seats_key(purchase.course_code, purchase.schedule_code, invoice.pool))
        seat = seat_part(purchase.course_code, purchase.schedule_code, seats_from_item(seats_item, invoice.pool), +1)
        ended = (*cancelled_parts(purchase, code, now), *pay_back(balance, purchase, now), seat)
    # commit
    unless_moved(
        p.table.commit(
            *ended,
            close_purchase_part(membership, purchase.purchase_id),
            evidence(person_id, "PURCHASE_ENDED", now, purchase_id=purchase.purchase_id, begun=code.is_redeemed),
        )
    )


def _forfeit(p: Platform, person_id: str) -> None:
    # load
    member_item, balance_item = p.table.batch_get(
        (MEMBERSHIP, {"person_id": person_id}), (BALANCE, {"person_id": person_id})
    )
    if member_item is None or balance_item is None:
        return
    balance = balance_from_item(balance_item)
    # decide
    if membership_from_item(member_item).state is not MembershipState.REVOKED or balance.available == 0:
        return
    # commit
    now = p.clock.programme()
    unless_moved(
        p.table.commit(
            *forfeit_unused_parts(balance, f"revoked:{person_id}:{balance.version}", now),
            evidence(person_id, "BALANCE_FORFEITED", now, amount=balance.available),
        )
    )
    count("BalanceForfeited")
