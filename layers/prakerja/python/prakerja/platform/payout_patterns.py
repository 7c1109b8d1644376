"""The part of ``access_patterns`` about money on its way to members: incentives, destinations, runs, payouts, providers.

Import them from ``access_patterns``, which declares everything.
"""

from __future__ import annotations

from prakerja.platform.pattern import Pattern

RUN_SHARDS = 16
SENT_SHARDS = 16

INCENTIVE = Pattern(
    "incentive",
    "programme",
    "money a member has earned: kind and number are its identity",
    "PERSON#{person_id}",
    "INCENTIVE#{kind}#{number}",
)
CLAIM = Pattern(
    "claim",
    "programme",
    "an incentive that must be paid back, and how much of it was",
    "PERSON#{person_id}",
    "CLAIM#{kind}#{number}",
)
ACCOUNT = Pattern(
    "account",
    "programme",
    "the one bank account or wallet a member is paid at (number sealed)",
    "PERSON#{person_id}",
    "ACCOUNT",
)
UNLINKED = Pattern(
    "unlinked",
    "programme",
    "that a member had an account and gave it up: linking another one is a change",
    "PERSON#{person_id}",
    "UNLINKED",
)
REFUSED_ACCOUNTS = Pattern(
    "refused_accounts",
    "programme",
    "how many accounts of a person were refused on a day (WIB): who asks about many is not after their own",
    "PERSON#{person_id}",
    "REFUSED_ACCOUNTS#{day}",
)
UNPROVEN = Pattern(
    "unproven",
    "programme",
    "that a provider does not say whose NIK an account has, and that people were told: a flag on each account says which",
    "UNPROVEN#{provider}",
    "UNPROVEN",
)
DESTINATION = Pattern(
    "destination",
    "programme",
    "which members are paid at one account (keyed by HMAC): more than one is a case",
    "DESTINATION#{digest}",
    "DESTINATION",
)
PAYOUT_RUN = Pattern("payout_run", "programme", "a release of payouts: declared count and sum", "RUN#{run_id}", "RUN")
PAYOUT_RUN_LIST = Pattern(
    "payout_run_list", "programme", "all payout runs by creation time", "RUNS", "RUN#{created_at}#{run_id}"
)
RUN_PAYOUT = Pattern(
    "run_payout", "programme", "the payouts of a run, sharded", "RUN#{run_id}#S{shard}", "PAYOUT#{payout_id}"
)
PAYOUT = Pattern("payout", "programme", "one payment to one member", "PAYOUT#{payout_id}", "PAYOUT")
ATTEMPT = Pattern(
    "attempt",
    "programme",
    "one instruction to a provider: the very bytes, and what came of it",
    "PAYOUT#{payout_id}",
    "ATTEMPT#{number}",
)
PAYOUT_LIST = Pattern(
    "payout_list",
    "programme",
    "payouts that need a person, by state; gone when they are settled",
    "PAYOUTS#{standing}",
    "PAYOUT#{payout_id}",
)
VERDICT = Pattern(
    "verdict",
    "programme",
    "how an attempt ended, as one operator proposed it: the content of an approval",
    "PAYOUT#{payout_id}",
    "VERDICT#{approval_id}",
)
CALLBACK = Pattern(
    "callback",
    "programme",
    "a provider's call-back, by the hash of its body, remembered so that a repeat changes nothing",
    "CALLBACK#{provider}#{digest}",
    "CALLBACK",
)
SENT = Pattern(
    "sent",
    "programme",
    "what was sent to a provider on a day (WIB), by reference: for call-backs and reconciliation",
    "SENT#{provider}#{day}#S{shard}",
    "REF#{reference}",
)
CHANNEL = Pattern(
    "channel",
    "programme",
    "whether a provider may be sent to: the operators' switch and the breaker",
    "CHANNEL#{provider}",
    "CHANNEL",
)
RECONCILED_DAY = Pattern(
    "reconciled_day",
    "programme",
    "how far a provider's day (WIB) is compared with its statement",
    "RECONCILE#{provider}",
    "DAY#{day}",
)
RECONCILIATION = Pattern(
    "reconciliation",
    "programme",
    "the outcome of comparing a provider's day, for good; its rows are files",
    "RECONCILIATION#{report_id}",
    "REPORT",
)
SETTLEMENT_FILE = Pattern(
    "settlement_file", "programme", "a settlement file that an operator hands in", "SETTLEMENT#{file_id}", "FILE"
)
LATE_ROW = Pattern(
    "late_row",
    "programme",
    "a row of a later statement about an attempt of this day",
    "LATE#{provider}#{day}",
    "ROW#{row_id}",
)
RECONCILED_BOOKING = Pattern(
    "reconciled_booking",
    "programme",
    "what a reconciliation has booked: fees of a day, money without an order of ours; once",
    "BOOKED#{provider}#{day}",
    "BOOKING#{booking_id}",
)
