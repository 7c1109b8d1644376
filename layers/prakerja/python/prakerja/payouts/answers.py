"""What a payment provider can be asked and what it can answer, in the words of this programme. Pure: no I/O.

The classes are those of the Indonesian payment standard (SNAP BI) as read for a call that moves money. The rule
behind all of them: only an answer that proves something may end an attempt; everything else is UNKNOWN and is
asked about again, never paid again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum


class Outcome(StrEnum):
    """What the answer to a transfer proves about the money."""

    OK = "OK"
    """Paid: success was claimed and the echo of reference, amount and provider reference agrees."""
    PEND = "PEND"
    """Accepted, not finished: inquire."""
    AMB = "AMB"
    """Nothing is proven: the money may or may not have moved. Inquire. The default for anything unforeseen."""
    REJ = "REJ"
    """This request was certainly not carried out; the same reference may be sent again, later."""
    FAIL = "FAIL"
    """Refused for good, for a reason that lies with the account or its owner."""
    STOP = "STOP"
    """Not carried out because of our own set-up or funds: pause the channel, tell operators, blame nobody."""
    BUG = "BUG"
    """Not carried out because our request is wrong: set it aside for a person to look at."""


class Reason(StrEnum):
    """Why a person was not paid, as a slug that the texts for people are chosen by."""

    ACCOUNT_INVALID = "PSP_ACCOUNT_INVALID"
    ACCOUNT_INACTIVE = "PSP_ACCOUNT_INACTIVE"
    KYC_REQUIRED = "PSP_KYC_REQUIRED"
    NIK_MISMATCH = "PSP_NIK_MISMATCH"
    NAME_MISMATCH = "PSP_NAME_MISMATCH"
    PHONE_MISMATCH = "PSP_PHONE_MISMATCH"
    BALANCE_LIMIT = "PSP_BALANCE_LIMIT"
    MONTHLY_LIMIT = "PSP_MONTHLY_LIMIT"
    REFUSED = "PSP_REFUSED"
    """The provider refused without a cause that the owner could repair alone (suspected fraud, not permitted)."""
    UNKNOWN = "PSP_UNKNOWN"
    """No answer that proves anything: "we are asking the provider", never "failed"."""


class TransferStatus(StrEnum):
    """What a status inquiry proves about an earlier transfer."""

    PAID = "PAID"
    PENDING = "PENDING"
    FAILED = "FAILED"
    RETURNED = "RETURNED"
    """It was paid and the money came back."""
    NOT_FOUND = "NOT_FOUND"
    """The provider does not know the reference *now*. Proof of non-execution only by ``ProviderRules``."""
    MISMATCH = "MISMATCH"
    """It knows the reference with another amount, currency or account: hold, tell operators."""
    UNPROVEN = "UNPROVEN"
    """The inquiry itself failed, or its answer says nothing certain: go on waiting."""


class AccountStatus(StrEnum):
    """What an account inquiry says about a destination."""

    USABLE = "USABLE"
    REFUSED = "REFUSED"
    """It cannot be paid; ``AccountAnswer.reason`` says why."""
    UNAVAILABLE = "UNAVAILABLE"
    """The provider could not be asked now; says nothing about the account."""


class BalanceStatus(StrEnum):
    """Whether the balance of our own source account is known."""

    KNOWN = "KNOWN"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    UNAVAILABLE = "UNAVAILABLE"


class NameMatch(StrEnum):
    """How the holder's name at the provider compares with the person's. Only MISMATCH blocks."""

    MATCH = "MATCH"
    PARTIAL = "PARTIAL"
    MISMATCH = "MISMATCH"
    UNKNOWN = "UNKNOWN"


class HolderCheck(StrEnum):
    """Whether the account's NIK is the person's, in the provider's words."""

    MATCH = "MATCH"
    MISMATCH = "MISMATCH"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    """It did not say: a person has to look, nobody guesses."""


class Kyc(StrEnum):
    """Whether the holder has proven to the provider who he is ("upgraded" the wallet)."""

    UPGRADED = "UPGRADED"
    NOT_UPGRADED = "NOT_UPGRADED"
    NOT_SUPPORTED = "NOT_SUPPORTED"


class AccountKind(StrEnum):
    """What kind of destination a provider holds."""

    BANK = "BANK"
    WALLET = "WALLET"


@dataclass(frozen=True)
class ProviderRules:
    """What decisions need to know about a provider. Seconds, rupiah, WIB times of day."""

    kind: AccountKind
    ladder: tuple[int, ...]
    """Seconds from one status inquiry to the next; the last step repeats."""
    settle_seconds: int
    """How long after the last send "not found" may still be followed by a late execution."""
    not_found_needed: int
    """Consecutive not-found answers, spread over ``settle_seconds``, that prove non-execution."""
    resend_days: int
    """After this many days the provider's duplicate check may have forgotten: never send again by machine."""
    end_of_day: tuple[time, time] | None
    """From, until (WIB) when inquiries prove nothing; may cross midnight."""
    inquiry_wait: int = 0
    """Seconds after the last send before which an inquiry proves nothing; a call-back changes nothing about it."""
    per_second: int = 10
    """Sends per second that the contract allows, over all of our processes."""
    concurrency: int = 10
    """Sends at once; also that of the provider's queue."""
    max_amount: int = 50_000_000
    """The most that one transfer may carry."""

    def wait_before_inquiry(self, made: int) -> int:
        """Seconds to wait before the next inquiry when ``made`` have been made."""
        step = self.ladder[min(made, len(self.ladder) - 1)]
        return step if made else max(step, self.inquiry_wait)


@dataclass(frozen=True)
class Exchange:
    """Evidence of one HTTP exchange: enough to argue with a provider, nothing that should not be kept."""

    provider: str
    service: str
    path: str
    external_id: str
    sent_at: datetime
    request_sha256: str
    milliseconds: int
    http_status: int | None
    """None when no answer was read."""
    response_sha256: str | None
    response_redacted: str
    """At most 2,000 characters; names, account numbers and phone numbers masked."""


@dataclass(frozen=True)
class AccountQuestion:
    """Ask who holds an account and whether it could take ``amount`` rupiah. ``nik`` goes only where it is compared."""

    reference: str
    account_number: str = field(repr=False)
    holder_name: str = field(repr=False)
    amount: int
    at: datetime
    nik: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class AccountLimits:
    """What a wallet says it can take, whole rupiah; None where it does not say."""

    minimum: int | None = None
    maximum: int | None = None
    monthly_in: int | None = None


@dataclass(frozen=True)
class AccountAnswer:
    """The answer to an account inquiry. ``name`` is what the provider printed, often cut or masked."""

    status: AccountStatus
    reason: Reason | None
    name: str | None = field(repr=False)
    name_match: NameMatch
    limits: AccountLimits
    code: str
    message: str
    exchanges: tuple[Exchange, ...]
    nik: HolderCheck = HolderCheck.NOT_SUPPORTED
    kyc: Kyc = Kyc.NOT_SUPPORTED


@dataclass(frozen=True)
class TransferOrder:
    """What to pay: ``amount`` whole rupiah to ``account_number`` under ``reference`` (from ``reference()``)."""

    reference: str
    amount: int
    account_number: str = field(repr=False)
    holder_name: str = field(repr=False)
    note: str
    at: datetime


@dataclass(frozen=True)
class PreparedRequest:
    """A transfer, ready to be stored and then sent, byte for byte; built again from the stored fields for a re-send."""

    provider: str
    service: str
    path: str
    reference: str
    amount: int
    account_number: str = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class TransferAnswer:
    """The answer to one ``send``. ``provider_reference`` is what the member can show to the provider."""

    outcome: Outcome
    reason: Reason | None
    must_confirm: bool
    """One inquiry has to agree before anything is decided: always after FAIL, and where the code is vague."""
    code: str
    """SNAP responseCode, or "" when none was read."""
    message: str
    provider_reference: str | None
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True)
class InquiryAnswer:
    """The answer to one status inquiry about an earlier transfer."""

    status: TransferStatus
    reason: Reason | None
    code: str
    message: str
    provider_reference: str | None
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True)
class BalanceAnswer:
    """Our own source account at the provider, whole rupiah."""

    status: BalanceStatus
    available: int | None
    code: str
    message: str
    exchanges: tuple[Exchange, ...]


@dataclass(frozen=True, slots=True)
class Callback:
    """A call-back whose signature is right: a hint to inquire now. It proves nothing about the money."""

    provider: str
    reference: str | None
    """Our reference; None if the body names none that we could have given."""
    says: TransferStatus
    """What it claims became of the transfer; UNPROVEN if it claims nothing that can be read."""
    digest: str
    """Hex SHA-256 of the body as received: the same call-back twice has the same one."""


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What goes back to the provider."""

    status: int
    headers: dict[str, str]
    body: bytes
