"""The provider's own books in SQLite: accounts, transfers, and a ledger that moves together with the balances.

"Committed or not" is a provable fact here, which is why these books, and not those of the system under test, are
the judge. All times are stored as UTC text.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any
from zoneinfo import ZoneInfo

WIB = ZoneInfo("Asia/Jakarta")
OUTSIDE = "OUTSIDE"
"""The ledger's other side for money put into an account from nowhere."""
FEES = "FEES"
"""Where fees go."""
_NOBODY = (OUTSIDE, FEES)
_CAPS = {"FULL": (20_000_000, 40_000_000), "BASIC": (2_000_000, 20_000_000), "NONE": (0, 0)}
"""Bank Indonesia's limits for e-money by KYC level, rupiah: balance, and incoming in a month. NONE takes nothing in."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who may call a provider, which account it pays from, and where results are told ("": nowhere)."""

    provider: str
    client_id: str
    client_secret: str = field(repr=False)
    public_key: str
    source_account: str
    callback_url: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """An account or wallet, rupiah. ``quiet``: an inquiry does not show that it cannot be paid.

    A wallet's number begins with 62. An account at another bank is numbered with that bank's code, ``014-1234567890``.
    """

    provider: str
    number: str
    name: str
    status: str = "ACTIVE"
    kyc: str = "FULL"
    quiet: bool = False
    balance: int = 0
    max_balance: int | None = None
    monthly_in: int | None = None
    min_amount: int = 1
    max_amount: int | None = None
    nik: str = field(default="", repr=False)
    """The holder's; "" if the provider does not know it."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A request that was taken in. States: HIDDEN (late, not visible yet), PENDING, SUCCESS, FAILED, REFUNDED, DROPPED."""

    id: int
    provider: str
    client_id: str
    service: str
    reference: str
    source: str
    account: str
    amount: int
    state: str
    outcome: str | None
    settles_at: str | None
    code: str
    accepted_at: str
    fee: int
    remark: str

    @property
    def reference_no(self) -> str:
        """The provider's own number of the transfer."""
        return reference_no(self.provider, self.id)


def reference_no(provider: str, number: int) -> str:
    """``BNI0000000042``."""
    return f"{provider.upper()}{number:010d}"


def _number_of(text: str) -> int:
    digits = text[-10:]
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def stored(moment: datetime) -> str:
    """A time as text whose order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Books:
    """One file (or ``:memory:``) for all providers. Not for several processes at once."""

    def __init__(self, path: Path | str) -> None:
        self._db = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript((Path(__file__).with_name("schema.sql")).read_text())
        self._lock = RLock()

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All or nothing; one at a time."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def run(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """One statement; its rows."""
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def insert(self, table: str, **values: Any) -> int:
        """One row; its id. Raises sqlite3.IntegrityError if it is there."""
        marks, names = ", ".join("?" * len(values)), ", ".join(values)
        with self._lock:
            return (
                self._db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*values.values()]).lastrowid or 0
            )

    def close(self) -> None:
        self._db.close()

    def client(self, provider: str, client_id: str) -> Client | None:
        rows = self.run("SELECT * FROM clients WHERE provider = ? AND client_id = ?", provider, client_id)
        return Client(**rows[0]) if rows else None

    def put_client(self, client: Client) -> None:
        self.run(
            "INSERT OR REPLACE INTO clients (provider, client_id, client_secret, public_key, source_account, callback_url)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            *(getattr(client, name) for name in Client.__slots__),
        )

    def account(self, provider: str, number: str) -> Account | None:
        rows = self.run("SELECT * FROM accounts WHERE provider = ? AND number = ?", provider, number)
        return Account(**{**rows[0], "quiet": bool(rows[0]["quiet"])}) if rows else None

    def put_account(self, account: Account, at: datetime) -> None:
        """Open an account or change its terms; a balance is set at opening only, as money from OUTSIDE."""
        existing = self.account(account.provider, account.number)
        self.run("DELETE FROM accounts WHERE provider = ? AND number = ?", account.provider, account.number)
        terms = {name: getattr(account, name) for name in Account.__slots__}
        self.insert("accounts", **{**terms, "balance": existing.balance if existing else 0})
        if existing is None and account.balance:
            self.move("FUND", account.provider, None, OUTSIDE, account.number, account.balance, at)

    def limits(self, account: Account, at: datetime) -> tuple[int, int, int]:
        """Smallest amount, largest amount now, and what the month still allows to come in."""
        cap, monthly = _CAPS.get(account.kyc, _CAPS["BASIC"])
        room = (account.max_balance if account.max_balance is not None else cap) - account.balance
        largest = room if account.max_amount is None else min(room, account.max_amount)
        first = at.astimezone(WIB).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        received = self.run(
            "SELECT coalesce(sum(amount), 0) AS total FROM ledger"
            " WHERE provider = ? AND credit = ? AND kind = 'CREDIT' AND at >= ?",
            *(account.provider, account.number, stored(first)),
        )[0]["total"]
        allowance = account.monthly_in if account.monthly_in is not None else monthly
        return account.min_amount, max(0, largest), max(0, allowance - received)

    def add_transfer(self, at: datetime, **values: Any) -> Transfer:
        usual = {"outcome": None, "settles_at": None, "fee": 0, "remark": ""}
        number = self.insert("transfers", **{**usual, **values}, accepted_at=stored(at))
        return self.transfer(number)

    def transfer(self, number: int) -> Transfer:
        return Transfer(**self.run("SELECT * FROM transfers WHERE id = ?", number)[0])

    def known(self, provider: str, client_id: str, service: str, reference: str, theirs: str = "") -> list[Transfer]:
        """Transfers that the provider would admit to, best one first; by our reference, the provider's, or both."""
        rows = self.run(
            "SELECT * FROM transfers WHERE provider = ? AND client_id = ? AND service = ?"
            f" AND {'reference = ?' if reference else 'id = ?'} AND state NOT IN ('HIDDEN', 'DROPPED')"
            " ORDER BY CASE state WHEN 'SUCCESS' THEN 0 WHEN 'REFUNDED' THEN 1 WHEN 'PENDING' THEN 2 ELSE 3 END, id",
            *(provider, client_id, service, reference or _number_of(theirs)),
        )
        return [one for one in (Transfer(**row) for row in rows) if theirs in ("", one.reference_no)]

    def set_state(self, transfer: Transfer, state: str, code: str = "") -> None:
        """A new state, and nothing more to come by itself."""
        self.run(
            "UPDATE transfers SET state = ?, outcome = NULL, settles_at = NULL, code = coalesce(nullif(?, ''), code)"
            " WHERE id = ?",
            *(state, code, transfer.id),
        )

    def move(
        self, kind: str, provider: str, transfer: int | None, debit: str, credit: str, amount: int, at: datetime
    ) -> None:
        """Take from one account, give to the other, and write it down. Call inside ``atomic``."""
        for number, change in ((debit, -amount), (credit, amount)):
            if number not in _NOBODY:
                self.run(
                    "UPDATE accounts SET balance = balance + ? WHERE provider = ? AND number = ?",
                    change,
                    provider,
                    number,
                )
        self.insert(
            "ledger",
            provider=provider,
            transfer=transfer,
            kind=kind,
            debit=debit,
            credit=credit,
            amount=amount,
            at=stored(at),
        )

    def new_external_id(self, client: Client, external_id: str, at: datetime) -> bool:
        """Note an X-EXTERNAL-ID; False if it was seen on this WIB day."""
        day = at.astimezone(WIB).date()
        self.run("DELETE FROM external_ids WHERE day < ?", (day - timedelta(days=1)).isoformat())
        try:
            self.insert(
                "external_ids",
                provider=client.provider,
                client_id=client.client_id,
                day=day.isoformat(),
                external_id=external_id,
            )
        except sqlite3.IntegrityError:
            return False
        return True


def balances_agree(books: Books) -> bool:
    """Whether every balance is what the ledger says: the check that the judge himself is sane."""
    return not books.run(
        "SELECT 1 FROM accounts a LEFT JOIN (SELECT provider, number, sum(amount) AS moved FROM ("
        " SELECT provider, credit AS number, amount FROM ledger UNION ALL"
        " SELECT provider, debit, -amount FROM ledger) GROUP BY provider, number) l"
        " ON l.provider = a.provider AND l.number = a.number WHERE a.balance != coalesce(l.moved, 0) LIMIT 1"
    )


def settings(books: Books, provider: str) -> Mapping[str, str]:
    """What an operator of the stand-in changed about a provider."""
    return {row["name"]: row["value"] for row in books.run("SELECT * FROM settings WHERE provider = ?", provider)}
