"""Every item the system keeps and every way it is read, declared once.

Readers of this declaration: the CDK tables, the stores (they format keys only through a pattern), the generated
data-model page and the tests. A pattern is a family of items with one key shape; ``{name}`` parts are filled by
``Pattern.key``. A pattern whose sort key has parts can be listed by its partition (``Table.query``).
"""

from __future__ import annotations

from dataclasses import dataclass

from prakerja.platform.course_patterns import ATTENDANCE as ATTENDANCE
from prakerja.platform.course_patterns import CANCELLATION as CANCELLATION
from prakerja.platform.course_patterns import CANCELLED_SHARD as CANCELLED_SHARD
from prakerja.platform.course_patterns import CATALOGUE as CATALOGUE
from prakerja.platform.course_patterns import COURSE as COURSE
from prakerja.platform.course_patterns import COURSE_EMAIL as COURSE_EMAIL
from prakerja.platform.course_patterns import INVOICE as INVOICE
from prakerja.platform.course_patterns import PAYMENT as PAYMENT
from prakerja.platform.course_patterns import PAYMENT_OTP as PAYMENT_OTP
from prakerja.platform.course_patterns import PLATFORM_ACCOUNT as PLATFORM_ACCOUNT
from prakerja.platform.course_patterns import PURCHASE as PURCHASE
from prakerja.platform.course_patterns import REDEEM_CODE as REDEEM_CODE
from prakerja.platform.course_patterns import SCHEDULE as SCHEDULE
from prakerja.platform.course_patterns import SCHEDULE_CANCELLATION as SCHEDULE_CANCELLATION
from prakerja.platform.course_patterns import SEATS as SEATS
from prakerja.platform.course_patterns import SUBMISSION as SUBMISSION
from prakerja.platform.member_patterns import CARD as CARD
from prakerja.platform.member_patterns import EXTENSION as EXTENSION
from prakerja.platform.member_patterns import MEMBERSHIP as MEMBERSHIP
from prakerja.platform.member_patterns import REVOCATION as REVOCATION
from prakerja.platform.member_patterns import SCHEME as SCHEME
from prakerja.platform.member_patterns import SWEEP as SWEEP
from prakerja.platform.pattern import Pattern as Pattern
from prakerja.platform.pattern import TableName as TableName
from prakerja.platform.payout_patterns import ACCOUNT as ACCOUNT
from prakerja.platform.payout_patterns import ATTEMPT as ATTEMPT
from prakerja.platform.payout_patterns import CALLBACK as CALLBACK
from prakerja.platform.payout_patterns import CHANNEL as CHANNEL
from prakerja.platform.payout_patterns import CLAIM as CLAIM
from prakerja.platform.payout_patterns import DESTINATION as DESTINATION
from prakerja.platform.payout_patterns import INCENTIVE as INCENTIVE
from prakerja.platform.payout_patterns import LATE_ROW as LATE_ROW
from prakerja.platform.payout_patterns import PAYOUT as PAYOUT
from prakerja.platform.payout_patterns import PAYOUT_LIST as PAYOUT_LIST
from prakerja.platform.payout_patterns import PAYOUT_RUN as PAYOUT_RUN
from prakerja.platform.payout_patterns import PAYOUT_RUN_LIST as PAYOUT_RUN_LIST
from prakerja.platform.payout_patterns import RECONCILED_BOOKING as RECONCILED_BOOKING
from prakerja.platform.payout_patterns import RECONCILED_DAY as RECONCILED_DAY
from prakerja.platform.payout_patterns import RECONCILIATION as RECONCILIATION
from prakerja.platform.payout_patterns import REFUSED_ACCOUNTS as REFUSED_ACCOUNTS
from prakerja.platform.payout_patterns import RUN_PAYOUT as RUN_PAYOUT
from prakerja.platform.payout_patterns import RUN_SHARDS as RUN_SHARDS
from prakerja.platform.payout_patterns import SENT as SENT
from prakerja.platform.payout_patterns import SENT_SHARDS as SENT_SHARDS
from prakerja.platform.payout_patterns import SETTLEMENT_FILE as SETTLEMENT_FILE
from prakerja.platform.payout_patterns import UNLINKED as UNLINKED
from prakerja.platform.payout_patterns import UNPROVEN as UNPROVEN
from prakerja.platform.payout_patterns import VERDICT as VERDICT
from prakerja.platform.sso_patterns import SSO_CODE as SSO_CODE
from prakerja.platform.sso_patterns import SSO_CONSENT as SSO_CONSENT
from prakerja.platform.sso_patterns import SSO_GRANT as SSO_GRANT

OUTBOX_SHARDS = 16
DUE_SHARDS = 8
ROSTER_SHARDS = 64
LEDGER_SHARDS = 16
EVERY_KIND = "ALL"
"""In place of a kind, in the list of cases of all kinds."""

# people: personal data, under a customer-managed key ----------------------------------------------------------
PERSON_STATE = Pattern(
    "person_state",
    "people",
    "the small hot half of a person: statuses and pseudonyms, no ciphertext",
    "PERSON#{person_id}",
    "STATE",
)
PERSON_IDENTITY = Pattern(
    "person_identity",
    "people",
    "the encrypted half of a person and the key it is sealed with",
    "PERSON#{person_id}",
    "IDENTITY",
)
GUARD = Pattern(
    "guard",
    "people",
    "who holds a phone, e-mail, NIK or lifetime benefit; keyed by HMAC, put if absent",
    "GUARD#{kind}#{digest}",
    "GUARD",
)
FAMILY_SEAT = Pattern(
    "family_seat", "people", "the two members that a family card may ever have", "FAMILY#{digest}", "SEAT#{seat}"
)
CHALLENGE = Pattern(
    "challenge",
    "people",
    "a one-time code sent to an address; the code itself is derived, never stored",
    "CHALLENGE#{challenge_id}",
    "CHALLENGE",
)
CODE_LIMIT = Pattern(
    "code_limit",
    "people",
    "how many codes an address, a device or (confirmations) a person asked for today, and until when locked",
    "CODE_LIMIT#{kind}#{digest}",
    "CODE_LIMIT",
)
SESSION = Pattern(
    "session",
    "people",
    "a device's sign-in: whose, until when, which refresh token is current",
    "SESSION#{session_id}",
    "SESSION",
)
KNOWN_DEVICE = Pattern(
    "known_device",
    "people",
    "a device that its person has signed in on, beside the first",
    "PERSON#{person_id}",
    "DEVICE#{digest}",
)
NOTICE = Pattern(
    "notice",
    "people",
    "a notice that its provider could not take yet; gone once it is sent",
    "PERSON#{person_id}",
    "NOTICE#{kind}#{reference}",
)
DATA_KEY = Pattern("data_key", "people", "a data key as KMS wrapped it", "DATA_KEY#{kid}", "DATA_KEY")

# programme ----------------------------------------------------------------------------------------------------
PUBLIC_KEY = Pattern(
    "public_key", "programme", "a public key by which tokens or receipts are checked", "KEYS#{purpose}", "KEY#{kid}"
)
WAVE = Pattern("wave", "programme", "a wave: times, quota, state of its draw", "WAVE#{wave_id}", "WAVE")
WAVE_LIST = Pattern(
    "wave_list", "programme", "all waves by opening time, for lists", "WAVES", "WAVE#{opens_at}#{wave_id}"
)
JOIN_ROOT = Pattern(
    "join_root", "programme", "hourly Merkle root of the joins while a wave is open", "WAVE#{wave_id}", "ROOT#{at}"
)
APPLICATION = Pattern(
    "application",
    "programme",
    "a person's application to a wave; its key is its idempotency record",
    "PERSON#{person_id}",
    "APPLICATION#{wave_id}",
)
ROSTER_ENTRY = Pattern(
    "roster_entry",
    "programme",
    "the same application as the draw reads it, sharded",
    "WAVE#{wave_id}#S{shard}",
    "ENTRY#{application_id}",
)
BALANCE = Pattern("balance", "programme", "a member's training balance", "PERSON#{person_id}", "BALANCE")
TRANSFER = Pattern(
    "transfer",
    "programme",
    "one immutable double-entry transfer, listed by booking day (WIB)",
    "LEDGER#{day}#S{shard}",
    "TRANSFER#{transfer_id}",
)
LEDGER_SHARD = Pattern(
    "ledger_shard",
    "programme",
    "one shard of a ledger day, added up from its transfers",
    "LEDGER_CLOSE#{day}",
    "SHARD#{shard}",
)
LEDGER_CLOSE = Pattern(
    "ledger_close",
    "programme",
    "a closed ledger day (WIB): totals and balances, for good",
    "LEDGER_CLOSES",
    "DAY#{day}",
)
PARTNER = Pattern(
    "partner",
    "programme",
    "a platform or training institution: keys, validity, redirect addresses",
    "PARTNER#{client_code}",
    "PARTNER",
)
TEST_CODES = Pattern(
    "test_codes",
    "programme",
    "the codes with which an institution tries its software",
    "PARTNER#{client_code}",
    "TEST_CODES",
)
PARTNER_LIST = Pattern(
    "partner_list", "programme", "all partners by client code, for lists", "PARTNERS", "PARTNER#{client_code}"
)
PARTNER_NONCE = Pattern(
    "partner_nonce",
    "programme",
    "a nonce that a partner has signed with; gone when its timestamp is too old to be believed",
    "PARTNER_NONCE#{client_code}#{nonce}",
    "NONCE",
)
EXCLUSION = Pattern(
    "exclusion", "programme", "which agencies' lists a NIK is on; keyed by HMAC", "EXCLUSION#{digest}", "EXCLUSION"
)
EXCLUSION_LIST = Pattern(
    "exclusion_list",
    "programme",
    "the lists of exclusions that were handed in, by time",
    "EXCLUSION_LISTS",
    "LIST#{added_at}#{list_id}",
)
APPROVAL = Pattern(
    "approval", "programme", "what one operator proposed and another approved", "APPROVAL#{approval_id}", "APPROVAL"
)
APPROVAL_LIST = Pattern(
    "approval_list",
    "programme",
    "approvals still waiting for the second person",
    "APPROVALS",
    "APPROVAL#{proposed_at}#{approval_id}",
)
CASE = Pattern(
    "case", "programme", "something that a person must decide: who is at it, by when, what came of it",
    "CASE#{case_id}", "CASE",
)  # fmt: skip
CASE_FINDING = Pattern(
    "case_finding",
    "programme",
    "one finding of a case: its facts, frozen",
    "CASE#{case_id}",
    "FINDING#{occurrence}",
)
CASE_NOTE = Pattern("case_note", "programme", "what an operator wrote down", "CASE#{case_id}", "NOTE#{note_id}")
CASE_CLEARING = Pattern(
    "case_clearing",
    "programme",
    "what becomes of a case's money, as one operator proposed it: the content of an approval",
    "CASE#{case_id}",
    "CLEARING#{approval_id}",
)
CASE_LIST = Pattern(
    "case_list",
    "programme",
    "cases of a state, of one kind and of every kind: those to be resolved first come first",
    "CASES#{standing}#{kind}",
    "AT#{at}#{case_id}",
)
OUTBOX = Pattern("outbox", "programme", "messages committed and not yet sent", "OUTBOX#{shard}", "ROW#{at}#{row_id}")
IDEMPOTENCY = Pattern(
    "idempotency",
    "programme",
    "a command that created nothing, remembered for 7 days",
    "IDEMPOTENCY#{command_id}",
    "ROW",
)

# evidence: append-only ----------------------------------------------------------------------------------------
EVIDENCE = Pattern(
    "evidence",
    "evidence",
    "what happened, by pseudonymous subject; kept ten years",
    "EVIDENCE#{subject_id}",
    "AT#{at}#{kind}#{evidence_id}",
)

PATTERNS: tuple[Pattern, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Pattern))
"""All of them, in the order of this page."""


@dataclass(frozen=True)
class TableSpec:
    """What a table needs besides its keys (all have string ``pk`` and ``sk``)."""

    name: TableName
    stream: bool = False
    due_index: bool = False
    expires: bool = False
    """Items may carry ``expires_at`` (epoch seconds, UTC); readers judge it themselves, removal may come days later."""


TABLES: dict[str, TableSpec] = {
    "people": TableSpec("people", due_index=True, expires=True),
    "programme": TableSpec("programme", stream=True, due_index=True, expires=True),
    "evidence": TableSpec("evidence"),
}

DUE_INDEX = "due"
"""Sparse index of work with a time: partition ``due_shard`` ("IDENTITY#03"), sort ``due_at``; keys only."""
