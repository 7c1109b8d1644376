"""Everything that can go wrong on demand: kinds of faults, and the numbered menu F01-F38 made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where a fault strikes."""

    CALL = "call"
    CALLBACK = "callback"
    FORGERY = "forgery"
    """What somebody else sends in the provider's name when a transfer is taken in."""
    ROW = "row"
    """A row of the statement and of the settlement file."""
    FILE = "file"
    """The settlement file as a whole."""


_CALLS = {
    "down": "provider down: HTTP 503 with HTML, or how=hang; before anything is done",
    "slow": "answer after `seconds` (default 3), work done at once",
    "drip": "work done, the answer comes in drops over `seconds` (default 30)",
    "arrives_twice": "carried out twice, as if the network had repeated it; answered as the second: 409xx00",
    "rate_limited": "429xx00",
    "signature_refused": "401xx00 though the signature was right",
    "token_expired": "401xx01, and the token really ends",
    "refuse": "refuse with `code` (seven digits), recorded as failed if the code is a refusal for good",
    "account_invalid": "404xx11",
    "account_inactive": "403xx18",
    "account_dormant": "403xx09",
    "account_frozen": "403xx05",
    "account_unregistered": "403xx05 with PAYEE_USER_NOT_EXIST",
    "kyc_required": "403xx02 with a word about the upgrade",
    "over_limit": "403xx02",
    "monthly_limit": "403xx23",
    "insufficient_funds": "403xx14, our source account",
    "name_truncated": "account inquiries: the first ten letters of the name",
    "name_masked": "account inquiries: SI** AM****",
    "name_other": "account inquiries: somebody else's name",
    "lost_before_commit": "no answer, nothing done (how=hang or cut)",
    "lost_after_commit": "no answer, work done (how=hang or cut)",
    "late_commit": "no answer, not found until it is carried out after `seconds` (default 60)",
    "error_before_commit": "`code` (default 500xx00), nothing done",
    "error_after_commit": "`code` (default 500xx00), work done",
    "error_and_failed": "`code` (default 500xx00), recorded as failed: DANA's way of replaying answers 5xx for ever",
    "pending_then_success": "202xx00, carried out after `seconds` (default 30)",
    "pending_then_fail": "202xx00, fails after `seconds` (default 30) with `code` (default 404xx11)",
    "pending_forever": "202xx00, until it is settled by hand",
    "refund_later": "success, and the money comes back after `seconds` (default a day)",
    "pays_wrong_amount": "a tenth is really paid; the answer says so, or is `code`",
    "wrong_echo_reference": "success with another partnerReferenceNo",
    "wrong_echo_amount": "success with another amount",
    "missing_reference_no": "success without referenceNo",
    "html_body": "work done, HTML with HTTP 200 (or the first three digits of `code`)",
    "truncated_json": "work done, half of the JSON",
    "invalid_utf8": "work done, JSON in another encoding",
    "huge_body": "work done, one megabyte of JSON",
    "unknown_code": "work done, 403xx99",
    "code_contradicts_http": "work done, HTTP 200 around 500xx00",
    "inquiry_down": "status inquiries: `code` (default 500xx00; 403xx06 is the end-of-day window)",
    "not_found_at_inquiry": "status inquiries: 404xx01 though it is there",
    "wrong_amount_at_inquiry": "status inquiries: a tenth of the amount",
    "wrong_account_at_inquiry": "status inquiries: another account",
    "unknown_status_at_inquiry": "status inquiries: latestTransactionStatus 09",
}
_CALLBACKS = {
    "callback_lost": "the call-back is never sent",
    "callback_duplicated": "sent again after `seconds` (default 2), byte for byte",
    "callback_replayed": "sent again after `seconds` (default a day), byte for byte",
    "callback_out_of_order": "signed call-backs that say 03, then 06, follow the true one",
    "callback_before_answer": "sent before the answer to the call itself",
    "callback_delayed": "sent after `seconds` (default an hour)",
}
_FORGERIES = {
    "callback_forged": "another key signs that the transfer succeeded",
    "callback_tampered": "03 was signed with the right key, 00 is sent",
    "callback_other_path": "signed with the right key, but for another path",
}
_ROWS = {
    "statement_missing": "a payout's row is not there",
    "statement_extra": "after a payout's row stands one that nobody ordered",
    "statement_double": "a payout stands there twice, under two numbers of the provider",
    "statement_wrong_amount": "a payout's row says a tenth",
    "statement_late": "a payout is booked `seconds` later (default a day)",
}
_FILES = {
    "csv_bom": "the file begins with a byte order mark",
    "csv_semicolon": "semicolons part the columns",
    "csv_missing_column": "the column partner_reference_no is not there",
    "csv_duplicate_rows": "every second row stands there twice, equal in all",
    "csv_late": "the file is ready `seconds` later than usual (default a day)",
}
MENU: Mapping[str, str] = {**_CALLS, **_CALLBACKS, **_FORGERIES, **_ROWS, **_FILES}
PLACES: Mapping[str, Place] = {
    **dict.fromkeys(_CALLS, Place.CALL),
    **dict.fromkeys(_CALLBACKS, Place.CALLBACK),
    **dict.fromkeys(_FORGERIES, Place.FORGERY),
    **dict.fromkeys(_ROWS, Place.ROW),
    **dict.fromkeys(_FILES, Place.FILE),
}
PRESETS: Mapping[str, tuple[int, str, str]] = {
    "refuse": (403, "05", ""),
    "account_invalid": (404, "11", ""),
    "account_inactive": (403, "18", ""),
    "account_dormant": (403, "09", ""),
    "account_frozen": (403, "05", ""),
    "account_unregistered": (403, "05", "PAYEE_USER_NOT_EXIST"),
    "kyc_required": (403, "02", "PAYEE_KYC_UPGRADE_REQUIRED"),
    "over_limit": (403, "02", ""),
    "monthly_limit": (403, "23", ""),
    "insufficient_funds": (403, "14", ""),
}
"""HTTP status, case and ``resultMsg`` of the faults that are plain refusals."""
_ANYWHERE = {"down", "slow", "drip", "rate_limited", "signature_refused", "token_expired"}


def usual_role(what: str) -> str:
    """Which calls a kind strikes if the rule does not say."""
    if what in _ANYWHERE or PLACES[what] is not Place.CALL:
        return "*"
    if what.startswith("name_"):
        return "account"
    return "status" if "inquiry" in what else "transfer"


@dataclass(frozen=True, slots=True)
class Numbered:
    """One line of the menu. ``variants``: rules of which each hit takes one; none if the provider's part needs no fault."""

    title: str
    variants: tuple[Mapping[str, str], ...] = ()
    by_itself: str = ""
    """How it comes about without a fault."""


def _kinds(*names: str) -> tuple[Mapping[str, str], ...]:
    return tuple({"what": name} for name in names)


CATALOGUE: Mapping[str, Numbered] = {
    "F01": Numbered("duplicate X-EXTERNAL-ID", _kinds("arrives_twice"), "send an X-EXTERNAL-ID again on its WIB day"),
    "F02": Numbered(
        "duplicate reference, first succeeded",
        ({"what": "error_after_commit", "code": "4090001"},),
        "send a reference again: 409xx01, or the first result where dedup is dana",
    ),
    "F03": Numbered(
        "same reference, other amount",
        ({"what": "error_after_commit", "code": "4040018"}, {"what": "pays_wrong_amount", "code": "4040018"}),
        "send a reference again with another amount",
    ),
    "F04": Numbered("time-out after commit", _kinds("lost_after_commit")),
    "F05": Numbered("time-out before commit", _kinds("lost_before_commit")),
    "F06": Numbered("late commit", _kinds("late_commit"), "an inquiry within inquiry_delay_seconds looks the same"),
    "F07": Numbered(
        "5xx after or before commit",
        tuple(
            {"what": f"error_{when}_commit", "code": code}
            for when in ("after", "before")
            for code in ("5000000", "5000001", "5000002", "5040000")
        ),
    ),
    "F08": Numbered("5xx for ever on replay", _kinds("error_and_failed"), "replay a failed reference, dedup dana"),
    "F09": Numbered("pending, then success", _kinds("pending_then_success")),
    "F10": Numbered("pending, then failed", _kinds("pending_then_fail")),
    "F11": Numbered("pending for ever", _kinds("pending_forever")),
    "F12": Numbered("rate limit", _kinds("rate_limited"), "setting calls_per_second"),
    "F13": Numbered("signature refused", _kinds("signature_refused"), "a wrong key, or a clock 5 minutes off"),
    "F14": Numbered("token expired", _kinds("token_expired"), "wait token_seconds"),
    "F15": Numbered("invalid account", _kinds("account_invalid"), "a number that nobody opened"),
    "F16": Numbered(
        "inactive, dormant or frozen",
        _kinds("account_inactive", "account_dormant", "account_frozen"),
        "an account's status; quiet: the inquiry does not show it",
    ),
    "F17": Numbered(
        "not upgraded, or over a limit",
        _kinds("kyc_required", "over_limit", "monthly_limit"),
        "a wallet's kyc, max_balance, monthly_in",
    ),
    "F18": Numbered("payee not registered", _kinds("account_unregistered"), "at dana: a number that nobody opened"),
    "F19": Numbered("insufficient source funds", _kinds("insufficient_funds"), "the source account's balance"),
    "F20": Numbered("call-back lost", _kinds("callback_lost")),
    "F21": Numbered("call-back again", _kinds("callback_duplicated", "callback_replayed")),
    "F22": Numbered("call-backs out of order", _kinds("callback_out_of_order")),
    "F23": Numbered("forged call-back", _kinds("callback_forged", "callback_tampered", "callback_other_path")),
    "F24": Numbered("call-back before the answer", _kinds("callback_before_answer")),
    "F25": Numbered("other amount at inquiry", _kinds("wrong_amount_at_inquiry", "pays_wrong_amount")),
    "F26": Numbered("other beneficiary at inquiry", _kinds("wrong_account_at_inquiry")),
    "F27": Numbered("wrong echo", _kinds("wrong_echo_reference", "wrong_echo_amount", "missing_reference_no")),
    "F28": Numbered(
        "HTTP and body disagree, or the body is none",
        (
            *_kinds("code_contradicts_http", "html_body", "truncated_json", "invalid_utf8", "huge_body"),
            {"what": "html_body", "code": "5020000"},
        ),
    ),
    "F29": Numbered("unknown case or status", _kinds("unknown_code", "unknown_status_at_inquiry")),
    "F30": Numbered(
        "inquiry not available",
        ({"what": "inquiry_down"}, {"what": "inquiry_down", "code": "4030006"}),
        "setting end_of_day",
    ),
    "F31": Numbered("money comes back after success", _kinds("refund_later"), "refund by hand"),
    "F32": Numbered("settlement file", _kinds(*_ROWS), "the csv_ faults, for the file's form"),
    "F33": Numbered("worker killed between send and store", (), "the caller's own: send, and forget the answer"),
    "F34": Numbered("two workers take one message", (), "the caller's own: send the same reference from two threads"),
    "F35": Numbered("day rollover", (), "an X-EXTERNAL-ID may come again after 00:00 WIB"),
    "F36": Numbered("duplicate window expired", (), "setting dedup_days, and wait; gopay: 60 days"),
    "F37": Numbered("slow drip", _kinds("drip", "slow")),
    "F38": Numbered(
        "name differs at inquiry", _kinds("name_truncated", "name_masked", "name_other"), "an account's name"
    ),
}
