"""What becomes of a changed account: taken back by its owner, given up, or settled once its 72 hours are over."""

from __future__ import annotations

from contextlib import suppress

from prakerja.incentives import IncentiveState, incentives_of
from prakerja.membership import change_membership
from prakerja.payouts.destination import Account, cancelled, payable, settled
from prakerja.payouts.errors import AccountMoved, NothingToCancel
from prakerja.payouts.messages import AccountLinked, AccountReady, PayoutQueued
from prakerja.payouts.model import Payout, PayoutState, Waits
from prakerja.payouts.store import (
    account_from_item,
    account_key,
    change_account,
    due_accounts_of,
    let_go,
    load_account,
    load_holders,
    payout_from_item,
    payout_key,
    unlink_account,
)
from prakerja.platform import Platform
from prakerja.platform.access_patterns import IDEMPOTENCY
from prakerja.platform.evidence import evidence
from prakerja.platform.idempotency import command_id, remember, was_done
from prakerja.platform.outbox import Message
from prakerja.platform.parts import Part
from prakerja.registration import NoticeKind, notice


def cancel_change(p: Platform, *, person_id: str, key: str) -> Account:
    """ "This wasn't me": the destination before is back, and paid at once. Within 72 hours of the change.

    Any session of the member may do it: it only brings back what was right before. Repeating the ``key`` is safe.
    Raises NothingToCancel, AccountMoved, IdempotencyKeyReused.
    """
    command, intent = command_id("participant", person_id, "cancel_change", key), {"cancel": person_id}
    # load
    row, item = p.table.batch_get((IDEMPOTENCY, {"command_id": command}), account_key(person_id))
    before = account_from_item(item) if item else None
    if before is None:
        raise NothingToCancel
    if was_done(row, intent):
        return before
    # decide
    now = p.clock.wall()
    after = cancelled(before, now)
    gone = load_holders(p.table, [digest for digest in before.guards if digest not in after.guards])
    # commit, announce
    outcome = p.table.commit(
        remember(command, intent, now),
        change_account(before, after),
        *let_go(gone, person_id),
        evidence(person_id, "ACCOUNT_CHANGE_CANCELLED", now, provider=before.provider),
        outbox=[
            notice(person_id, NoticeKind.ACCOUNT_CHANGE_CANCELLED, f"{before.confirmation_id}"),
            AccountReady(person_id=person_id),
        ],
    )
    return (load_account(p.table, person_id) or after) if outcome.repeated else after


def unlink(p: Platform, *, person_id: str) -> None:
    """Give the account up ("putuskan rekening"). Nothing is paid until another one is linked, which is a change.

    Doing it twice is no different. Raises AccountMoved.
    """
    # load
    account = load_account(p.table, person_id)
    if account is None:
        return
    former = account.former.guards if account.former else ()
    held = load_holders(p.table, list(dict.fromkeys((*account.guards, *former))))
    # commit, announce
    now = p.clock.wall()
    try:
        p.table.commit(
            *unlink_account(account, now),
            *let_go(held, person_id),
            change_membership(person_id, set={"account_linked": False}),
            evidence(person_id, "ACCOUNT_UNLINKED", now, provider=account.provider),
            outbox=[notice(person_id, NoticeKind.ACCOUNT_UNLINKED, f"{account.digest}:{account.version}")],
        )
    except AccountMoved:
        if load_account(p.table, person_id) is not None:
            raise


def account_ready(p: Platform, *, person_id: str) -> None:
    """What waited for an account goes on: queued payouts are sent, incentives are looked at. Does nothing too early."""
    # load
    account = load_account(p.table, person_id)
    # decide
    if account is None or payable(account, p.clock.wall()) is Waits.COOLING:
        return
    parts = _settled(p, account) if account.payable_from is not None else ()
    announced: list[Message] = []
    if account.waits_for is None:
        queued = _queued_payouts(p, person_id)
        announced += [PayoutQueued(payout_id=payout.payout_id, provider=payout.provider) for payout in queued]
        announced.append(AccountLinked(person_id=person_id))
    # commit, announce
    with suppress(AccountMoved):  # changed in this moment: it will be ready another time
        if parts or announced:
            p.table.commit(*parts, outbox=announced)


def due_accounts(p: Platform, shard: str) -> list[Message]:
    """Accounts of a due shard whose 72 hours are over."""
    return [AccountReady(person_id=person_id) for person_id in due_accounts_of(p.table, shard, p.clock.wall())]


def _settled(p: Platform, account: Account) -> tuple[Part, ...]:
    former = account.former.guards if account.former else ()
    gone = load_holders(p.table, [digest for digest in former if digest not in account.guards])
    return change_account(account, settled(account)), *let_go(gone, account.person_id)


def _queued_payouts(p: Platform, person_id: str) -> list[Payout]:
    in_runs = [one for one in incentives_of(p.table, person_id) if one.state is IncentiveState.IN_RUN]
    keys = [payout_key(one.payout_id) for one in in_runs if one.payout_id]
    payouts = [payout_from_item(item) for item in (p.table.batch_get(*keys) if keys else []) if item]
    return [payout for payout in payouts if payout.state is PayoutState.QUEUED]
