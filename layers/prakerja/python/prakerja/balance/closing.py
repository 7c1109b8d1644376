"""The close of a ledger day: what its transfers add up to, shard by shard, and what every account then holds. Pure."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from prakerja.balance.model import Transfer, account_class


@dataclass(frozen=True)
class ShardClose:
    """One shard of a day (WIB), added up. Rupiah by class of account."""

    day: date
    shard: str
    transfers: int
    debits: Mapping[str, int]
    credits: Mapping[str, int]
    digest: str
    """Hex SHA-256 over all its transfers in key order: another sum or another transfer gives another one."""


@dataclass(frozen=True)
class LedgerClose:
    """A closed day (WIB). It never changes: what is booked later belongs to a later day."""

    day: date
    transfers: int
    debits: Mapping[str, int]
    credits: Mapping[str, int]
    balances: Mapping[str, int] = field(default_factory=dict)
    """What each class of account holds at the end of the day; the fund's is what it has given away, below zero."""
    digest: str = ""
    """Hex SHA-256 over the shards' digests."""


def add_up(day: date, shard: str, transfers: Iterable[Transfer]) -> ShardClose:
    """Close one shard; ``transfers`` in key order, read as a stream (memory: one entry per class of account)."""
    debits: Counter[str] = Counter()
    credits_: Counter[str] = Counter()
    digest, count = hashlib.sha256(), 0
    for transfer in transfers:
        count += 1
        debits[account_class(transfer.debit)] += transfer.amount
        credits_[account_class(transfer.credit)] += transfer.amount
        parts = (transfer.transfer_id, transfer.kind, transfer.reference, transfer.debit, transfer.credit)
        digest.update(f"{'|'.join(parts)}|{transfer.amount}\n".encode())
    return ShardClose(day, shard, count, dict(debits), dict(credits_), digest.hexdigest())


def close_of(day: date, shards: Iterable[ShardClose], before: Mapping[str, int]) -> LedgerClose:
    """The whole day, carried forward from the balances ``before``. Raises ValueError if it does not balance."""
    debits: Counter[str] = Counter()
    credits_: Counter[str] = Counter()
    balances: Counter[str] = Counter(before)
    digest, count = hashlib.sha256(), 0
    for one in sorted(shards, key=lambda one: one.shard):
        count += one.transfers
        debits.update(one.debits)
        credits_.update(one.credits)
        digest.update(one.digest.encode())
    balances.update(credits_)
    balances.subtract(debits)
    if debits.total() != credits_.total() or balances.total() != 0:
        raise ValueError(f"{day}: debits {debits.total()} are not credits {credits_.total()}")
    held = {name: amount for name, amount in sorted(balances.items()) if amount}
    return LedgerClose(day, count, dict(debits), dict(credits_), held, digest.hexdigest())
