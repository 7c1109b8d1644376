"""Something that a machine must not decide alone: whoever finds it announces it, and a person gets a case.

Findings come from contexts of every height; cases are kept by the highest. So what both share lives here: the kinds,
and the one message. Announce a finding in the transaction that stores what was found.
"""

from __future__ import annotations

import re
from enum import StrEnum

from prakerja.platform.ids import derived, fingerprint
from prakerja.platform.outbox import Message

MAX_FACT = 80
_UNFIT = re.compile(r"[^A-Za-z0-9:_./-]")


class FindingKind(StrEnum):
    """What was found."""

    PAYOUT_HELD = "PAYOUT_HELD"
    """An inquiry shows another amount, currency or account than was sent."""
    PAYOUT_PARKED = "PAYOUT_PARKED"
    """The provider calls our own request wrong."""
    PAYOUT_OVERDUE = "PAYOUT_OVERDUE"
    """Unknown beyond the provider's ladder of inquiries."""
    PAYOUT_SUSPECTED_FRAUD = "PAYOUT_SUSPECTED_FRAUD"
    """The provider refused for suspected fraud."""
    DESTINATION_SHARED = "DESTINATION_SHARED"
    """A second member linked the same account."""
    DESTINATION_UNPROVEN = "DESTINATION_UNPROVEN"
    """The provider cannot say whether the holder has the member's NIK, or was verified at all."""
    DESTINATION_NOT_OWNED = "DESTINATION_NOT_OWNED"
    """The provider says that the holder has another NIK."""
    NAME_DOUBTFUL = "NAME_DOUBTFUL"
    """The holder's name at the provider is not clearly the member's."""
    OURS_NOT_THEIRS = "OURS_NOT_THEIRS"
    """Paid in our books, not in the provider's statement."""
    THEIRS_NOT_OURS = "THEIRS_NOT_OURS"
    """In the provider's statement, unknown to us."""
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    TWICE_AT_THEIRS = "TWICE_AT_THEIRS"
    RETURNED_LATER = "RETURNED_LATER"
    """The money came back after it had been paid: by a statement, or by a call-back that no inquiry bears out."""
    TIE_OUT_DIFFERS = "TIE_OUT_DIFFERS"
    """The source account's balance is not what the day's payments make of it."""
    STATEMENT_MISSING = "STATEMENT_MISSING"
    STATEMENT_UNREADABLE = "STATEMENT_UNREADABLE"
    """A settlement file, or rows of it, that cannot be read."""
    CLAIM_OVERDUE = "CLAIM_OVERDUE"
    """Money claimed back from a member did not come in time."""
    CLAIM_OVERPAID = "CLAIM_OVERPAID"
    """A member paid back what then came back by itself: it is theirs, and has to be given to them."""
    CALLBACK_FORGED = "CALLBACK_FORGED"
    EXCLUDED_AFTER_PAYMENT = "EXCLUDED_AFTER_PAYMENT"
    """The member entered an exclusion list after a payout to them was under way."""


class CaseNeeded(Message):
    """Have a person look at something."""

    topic = "cases.needed.v1"
    queue = "open_case"

    kind: FindingKind
    subject_id: str
    person_id: str | None = None
    facts: dict[str, str | int] = {}
    """What was found, frozen: ids, codes, amounts (rupiah), times. Never personal data."""

    @property
    def case_id(self) -> str:
        """One case per kind and subject."""
        return derived("case", self.kind, self.subject_id)

    @property
    def occurrence(self) -> str:
        """Equal facts are the same finding, however often they are told; other facts are a new one."""
        return fingerprint(self.facts)


def finding(kind: FindingKind, subject_id: str, person_id: str | None = None, **facts: str | int | None) -> CaseNeeded:
    """The message for an outbox. ``subject_id``: what it is about (a payout, a destination's digest, a report).

    Put into ``facts`` whatever tells this finding from a later one about the same subject (attempt, day, report), and
    nothing that changes when the same is found again (no time of finding): a finding that comes again with the same facts
    after its case was resolved does not open it again. Texts are cut and made harmless, None is left out.
    """
    kept = {name: _harmless(value) for name, value in facts.items() if value is not None}
    return CaseNeeded(kind=kind, subject_id=subject_id, person_id=person_id, facts=kept)


def _harmless(value: str | int) -> str | int:
    return value if isinstance(value, int) else _UNFIT.sub("_", value)[:MAX_FACT]
