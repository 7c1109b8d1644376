"""Items of balance: the BALANCE of a member and the TRANSFERs of the ledger. Everything is SET under a version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from boto3.dynamodb.conditions import Attr

from prakerja.balance.cash import PayoutMove, accounts_of_move
from prakerja.balance.errors import AlreadyGranted, BalanceChanged
from prakerja.balance.model import (
    FUND,
    Balance,
    Move,
    Transfer,
    accounts_of,
    member_account,
    season_account,
)
from prakerja.platform.access_patterns import BALANCE, LEDGER_SHARDS, TRANSFER
from prakerja.platform.clock import wib_date
from prakerja.platform.ids import derived, fingerprint, shard_of
from prakerja.platform.parts import Part, put_new, update
from prakerja.platform.problems import Problem
from prakerja.platform.records import item_of, record_of
from prakerja.platform.table import Table

Parts = tuple[Part, Part]
_MONEY = ("available", "reserved", "spent", "forfeited", "version")


def balance_from_item(item: Mapping[str, Any]) -> Balance:
    """A balance from its stored item. Raises ValueError if it does not add up."""
    return record_of(Balance, item)


def load_balance(table: Table, person_id: str) -> Balance | None:
    """A member's balance, or None."""
    item = table.get(BALANCE, person_id=person_id)
    return balance_from_item(item) if item else None


# moves: each a new state of the BALANCE and the TRANSFER that explains it --------------------------------------------


def grant_parts(person_id: str, amount: int, reference: str, at: datetime) -> Parts:
    """Give a member the training balance, once; ``reference`` is the wave. Error: AlreadyGranted."""
    balance = Balance(person_id, granted=amount, available=amount)
    mark = fingerprint(["grant", person_id, amount, reference])
    return (
        put_new(BALANCE, item_of(balance), error=AlreadyGranted(), fingerprint=mark, person_id=person_id),
        transfer_part(
            kind="GRANT",
            reference=f"{reference}:{person_id}",
            debit=FUND,
            credit=member_account(person_id, "available"),
            amount=amount,
            at=at,
        ),
    )


def reserve_parts(balance: Balance, amount: int, purchase_id: str, at: datetime) -> Parts:
    """Set the price of a course aside. Raises NotEnoughBalance."""
    return _move(balance, Move.RESERVE, amount, purchase_id, at)


def post_parts(balance: Balance, amount: int, purchase_id: str, at: datetime, institution: str) -> Parts:
    """Spend what was reserved, to the institution that taught the course."""
    return _move(balance, Move.POST, amount, purchase_id, at, institution)


def void_parts(balance: Balance, amount: int, purchase_id: str, at: datetime) -> Parts:
    """Make what was reserved available again."""
    return _move(balance, Move.VOID, amount, purchase_id, at)


def forfeit_parts(balance: Balance, amount: int, purchase_id: str, at: datetime) -> Parts:
    """Lose what was reserved."""
    return _move(balance, Move.FORFEIT, amount, purchase_id, at)


def forfeit_unused_parts(balance: Balance, reference: str, at: datetime, *, season: int | None = None) -> Parts:
    """Lose all that is available (something must be): with the membership, or with its ``season`` (a year)."""
    to = season_account(season) if season else None
    return _move(balance, Move.FORFEIT_UNUSED, balance.available, reference, at, to=to)


def spend_parts(balance: Balance, amount: int, purchase_id: str, at: datetime, institution: str) -> Parts:
    """Spend at once, under a scheme that debits at the sale. Raises NotEnoughBalance."""
    return _move(balance, Move.SPEND, amount, purchase_id, at, institution)


def refund_parts(balance: Balance, amount: int, purchase_id: str, at: datetime, institution: str) -> Parts:
    """Take back what was spent at once."""
    return _move(balance, Move.REFUND, amount, purchase_id, at, institution)


def _move(
    balance: Balance,
    move: Move,
    amount: int,
    reference: str,
    at: datetime,
    institution: str | None = None,
    *,
    to: str | None = None,
) -> Parts:
    """``to``: a part of the account that the move credits."""
    after = balance.after(move, amount)
    debit, credit = accounts_of(move, balance.person_id, institution)
    return (
        update(
            BALANCE,
            set=item_of(after, *_MONEY),
            when=Attr("version").eq(balance.version),
            error=BalanceChanged(),
            person_id=balance.person_id,
        ),
        transfer_part(kind=move, reference=reference, debit=debit, credit=to or credit, amount=amount, at=at),
    )


# ledger -----------------------------------------------------------------------------------------------------------


def transfer_part(
    *, kind: str, reference: str, debit: str, credit: str, amount: int, at: datetime, error: Problem | None = None
) -> Part:
    """Book ``amount`` rupiah from account ``debit`` to account ``credit`` on the WIB day of ``at``.

    The id is derived from kind and reference, so the same booking on the same day is recognised as a repeat; across
    days the item that the booking belongs to (a balance's version, a payout's state) must refuse it.
    """
    transfer_id = derived("transfer", kind, reference)
    transfer = Transfer(transfer_id, kind, reference, debit, credit, amount, at)
    return put_new(
        TRANSFER,
        item_of(transfer),
        error=error or BalanceChanged(),
        fingerprint=fingerprint([kind, reference, debit, credit, amount]),
        day=wib_date(at).isoformat(),
        shard=shard_of(transfer_id, LEDGER_SHARDS),
        transfer_id=transfer_id,
    )


def payout_part(move: PayoutMove, provider: str, amount: int, reference: str, at: datetime) -> Part:
    """Book a move of cash at a provider; ``reference`` is the attempt's (or whatever the move is for).

    It goes into the transaction that changes what it is about, under the condition that this still stands where the
    decision found it: so no attempt is voided while its outcome is unknown, and none is posted twice.
    """
    debit, credit = accounts_of_move(move, provider)
    return transfer_part(kind=move, reference=reference, debit=debit, credit=credit, amount=amount, at=at)
