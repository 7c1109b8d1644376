"""What payouts need from a payment provider. The answers' types live in ``answers`` so that decisions can use them.

Order of use for money: ``reference`` and ``prepare_transfer`` (pure) → store the request and an ``external_id`` →
``send`` → store the answer. A request that was not stored is never sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from .answers import (
    AccountAnswer,
    AccountQuestion,
    BalanceAnswer,
    InquiryAnswer,
    PreparedRequest,
    ProviderRules,
    TransferAnswer,
    TransferOrder,
)
from .statements import StatementAnswer

EXTERNAL_ID_DIGITS = 11
"""How many random decimal digits ``external_id`` takes."""
MOST_PAGES = 99
"""Page numbers of the standard have two digits."""
LONGEST_SPAN = timedelta(days=31)
"""Of one statement."""


class PaymentProvider(Protocol):
    """One bank or wallet. No method raises for what the provider does: every failure is an answer."""

    @property
    def name(self) -> str:
        """Upper case, as stored with accounts and payouts: ``"BNI"``."""

    @property
    def rules(self) -> ProviderRules:
        """Inquiry ladder, settle window and the like."""

    def reference(self, payout_id: str, attempt_no: int, at: datetime) -> str:
        """The partnerReferenceNo of one attempt: ≤ 20 characters, always the same for the same three. Attempts 1-99."""

    def external_id(self, at: datetime, digits: str) -> str:
        """A fresh X-EXTERNAL-ID, unique within a WIB day. Give ``EXTERNAL_ID_DIGITS`` random digits."""

    def inquire_account(self, question: AccountQuestion, external_id: str) -> AccountAnswer:
        """Who holds this account, and can it be paid? Moves no money.

        A NIK that differs and a wallet that is not upgraded are refusals; where a provider does not say, the
        answer says NOT_SUPPORTED and nothing is refused.
        """

    def prepare_transfer(self, order: TransferOrder) -> PreparedRequest:
        """Build the exact bytes of a transfer; no I/O. Raises ValueError if the order cannot be expressed."""

    def send(self, prepared: PreparedRequest, external_id: str) -> TransferAnswer:
        """Send a stored request once.

        A refused token or signature is repaired and sent again at most once, with the id that
        ``external_id`` implies, because that answer proves that nothing was carried out. FAIL, REJ, STOP
        and BUG speak of this send only: after an earlier AMB or PEND they prove nothing, inquire.
        """

    def inquire_transfer(self, prepared: PreparedRequest, external_id: str) -> InquiryAnswer:
        """What became of an earlier ``send``; compares amount, currency and account with what was prepared."""

    def balance(self, external_id: str) -> BalanceAnswer:
        """What our own source account holds."""

    def statement(self, start: datetime, end: datetime, external_id: Callable[[], str]) -> StatementAnswer:
        """Every line of our own source account in [start, end), page by page; ``external_id`` gives each page a new one.

        Reads at most ``MOST_PAGES`` pages: ask for shorter spans if it comes back INCOMPLETE. Raises ValueError if
        the span is empty or longer than ``LONGEST_SPAN``.
        """


@dataclass(frozen=True)
class Upload:
    """Where an operator's own client puts a file, directly and once: ``PUT url`` with these headers."""

    url: str
    headers: Mapping[str, str]


class StatementFiles(Protocol):
    """Settlement files and the reports made from them: large, immutable, kept onshore."""

    def read(self, name: str) -> Iterator[bytes]:
        """The content, piece by piece. Raises KeyError if there is none."""

    def keep(self, name: str, path: Path) -> None:
        """Store a file under a name; the same name always has the same content."""

    def piece(self, name: str, start: int, length: int) -> bytes:
        """Some bytes of a file, fewer at its end. Raises KeyError."""

    def link(self, name: str) -> str:
        """An address at which it can be downloaded for some minutes."""

    def upload(self, name: str, sha256: str, size: int) -> Upload:
        """Where exactly these bytes (hex digest, length) can be put, for some minutes."""
