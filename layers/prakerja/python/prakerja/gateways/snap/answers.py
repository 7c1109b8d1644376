"""From a reply on the wire to an answer that proves something, or says that nothing is proven. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from prakerja.payouts.answers import (
    AccountAnswer,
    AccountKind,
    AccountLimits,
    AccountQuestion,
    AccountStatus,
    BalanceAnswer,
    BalanceStatus,
    Exchange,
    HolderCheck,
    InquiryAnswer,
    Kyc,
    NameMatch,
    Outcome,
    PreparedRequest,
    Reason,
    TransferAnswer,
    TransferStatus,
)

from .classify import Code, classify, must_confirm, parse_code, reason_for, status_of
from .names import compare
from .profiles import Profile
from .reading import account_agrees, amount_agrees, read_object, rupiah_of, safe_text, says_nothing, text_of

NOT_FOUND = (404, "01")
_INACTIVE_WORDS = ("TIDAK AKTIF", "TUTUP", "BLOKIR", "DORMAN", "PASIF", "INACTIVE", "CLOSED", "BLOCKED", "FROZEN")
"""``beneficiaryAccountStatus`` is free text; these words in it mean that the account takes no money."""

_NIK_ANSWERS = {"Y": HolderCheck.MATCH, "N": HolderCheck.MISMATCH}
_KYC_ANSWERS = {"FULL": Kyc.UPGRADED, "BASIC": Kyc.NOT_UPGRADED}


@dataclass(frozen=True, slots=True)
class Reply:
    """What one request came to, before it is compared with what was asked."""

    outcome: Outcome
    message: str
    code: Code | None = None
    """None if there is none or if it contradicts the HTTP status."""
    code_text: str = ""
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)


def read_reply(http_status: int, content: bytes) -> Reply:
    """Read an HTTP answer to any service. HTML, half a JSON text or a contradicting code is AMB."""
    body = read_object(content)
    if body is None:
        return Reply(Outcome.AMB, f"HTTP {http_status}, the body is not a JSON object")
    code = parse_code(body.get("responseCode"))
    outcome = classify(http_status, code)
    message = safe_text(body.get("responseMessage")) or f"HTTP {http_status}"
    text = safe_text(body.get("responseCode"))[:7] if code is None else f"{code.http}{code.service}{code.case}"
    if code is not None and code.http != http_status:
        return Reply(outcome, f"HTTP {http_status} contradicts {text}: {message}", None, text, body)
    return Reply(outcome, message, code, text, body)


def transfer_answer(
    profile: Profile, prepared: PreparedRequest, reply: Reply, exchanges: tuple[Exchange, ...]
) -> TransferAnswer:
    """Success counts only with the echo of reference and amount and with the provider's own reference."""
    body, outcome, message = reply.body, reply.outcome, reply.message
    provider_reference = text_of(body.get("referenceNo"))
    if outcome is Outcome.OK:
        doubts = {
            "partnerReferenceNo": body.get("partnerReferenceNo") == prepared.reference,
            "amount": amount_agrees(body.get("amount"), prepared.amount) is True,
            "referenceNo": provider_reference is not None,
            "account": _same_account(profile, body, prepared.account_number) is not False,
        }
        wrong = [name for name, agrees in doubts.items() if not agrees]
        if wrong:
            outcome, message = Outcome.AMB, f"success without a true echo of {', '.join(wrong)}"
    unknown = Reason.UNKNOWN if outcome in (Outcome.AMB, Outcome.PEND) else None
    return TransferAnswer(
        outcome=outcome,
        reason=reason_for(reply.code, body) if outcome in (Outcome.FAIL, Outcome.REJ) else unknown,
        must_confirm=must_confirm(outcome, reply.code),
        code=reply.code_text,
        message=message,
        provider_reference=provider_reference,
        exchanges=exchanges,
    )


def inquiry_answer(
    profile: Profile, prepared: PreparedRequest, reply: Reply, exchanges: tuple[Exchange, ...]
) -> InquiryAnswer:
    """The responseCode says whether the inquiry worked; what became of the money stands in latestTransactionStatus."""
    body, message = reply.body, reply.message
    status, reason = TransferStatus.UNPROVEN, None
    if reply.code is not None and (reply.code.http, reply.code.case) == NOT_FOUND:
        status = TransferStatus.NOT_FOUND
    elif reply.outcome is Outcome.OK:
        status, doubt = _proven(profile, prepared, body)
        message = doubt or safe_text(body.get("transactionStatusDesc")) or message
    if status is TransferStatus.FAILED:
        previous = parse_code(body.get("previousResponseCode"))
        reason = reason_for(previous, body) or Reason.REFUSED
    elif status in (TransferStatus.UNPROVEN, TransferStatus.PENDING, TransferStatus.MISMATCH):
        reason = Reason.UNKNOWN
    provider_reference = text_of(body.get("originalReferenceNo")) or text_of(body.get("referenceNumber"))
    return InquiryAnswer(status, reason, reply.code_text, message, provider_reference, exchanges)


def _proven(profile: Profile, prepared: PreparedRequest, body: Mapping[str, Any]) -> tuple[TransferStatus, str]:
    status = status_of(body.get("latestTransactionStatus"))
    echo = body.get("originalPartnerReferenceNo")
    if echo not in (None, "", prepared.reference):
        return TransferStatus.UNPROVEN, "the answer is about another reference"
    if status in (TransferStatus.NOT_FOUND, TransferStatus.UNPROVEN):
        return status, ""
    said = body.get("amount")
    same_amount = amount_agrees(said, prepared.amount)
    if same_amount is None and not says_nothing(said):
        return TransferStatus.UNPROVEN, "the amount is not written as the standard writes it"
    if same_amount is False:
        return TransferStatus.MISMATCH, "the provider has another amount or currency"
    if _same_account(profile, body, prepared.account_number) is False:
        return TransferStatus.MISMATCH, "the provider has another account"
    if status is TransferStatus.PAID and same_amount is None:
        return TransferStatus.UNPROVEN, "success without an amount"
    return status, ""


def account_answer(
    profile: Profile, question: AccountQuestion, reply: Reply, exchanges: tuple[Exchange, ...]
) -> AccountAnswer:
    """Who holds the account and whether it could take the amount. The name is compared, not judged."""
    body = reply.body
    limits = AccountLimits(
        minimum=rupiah_of(body.get("minAmount")),
        maximum=rupiah_of(body.get("maxAmount")),
        monthly_in=rupiah_of(body.get("customerMonthlyInLimit")),
    )
    name, message = None, reply.message
    nik, kyc = HolderCheck.NOT_SUPPORTED, Kyc.NOT_SUPPORTED
    reason = reason_for(reply.code, body)
    status = AccountStatus.REFUSED if reason else AccountStatus.UNAVAILABLE
    if reply.outcome is Outcome.OK:
        if _same_account(profile, body, question.account_number) is False:
            message = "the answer is about another account"
        else:
            name = text_of(body.get("beneficiaryAccountName")) or text_of(body.get("customerName"))
            nik, kyc = _holder(profile, body)
            reason = _obstacle(body, limits, question.amount, nik, kyc)
            status = AccountStatus.REFUSED if reason else AccountStatus.USABLE
    return AccountAnswer(
        status=status,
        reason=reason,
        name=name,
        name_match=compare(question.holder_name, name),
        limits=limits,
        code=reply.code_text,
        message=message,
        exchanges=exchanges,
        nik=nik,
        kyc=kyc,
    )


def refused_account(message: str) -> AccountAnswer:
    """An account number that no request can carry: answered without asking."""
    return AccountAnswer(
        AccountStatus.REFUSED, Reason.ACCOUNT_INVALID, None, NameMatch.UNKNOWN, AccountLimits(), "", message, ()
    )


def balance_answer(reply: Reply, exchanges: tuple[Exchange, ...]) -> BalanceAnswer:
    """The first account's available balance; accounts that say they are not active count as unavailable."""
    infos = reply.body.get("accountInfos")
    first = infos[0] if isinstance(infos, list) and infos and isinstance(infos[0], dict) else {}
    available = rupiah_of(first.get("availableBalance")) if reply.outcome is Outcome.OK else None
    known = available is not None and first.get("status", "0001") == "0001"
    status = BalanceStatus.KNOWN if known else BalanceStatus.UNAVAILABLE
    return BalanceAnswer(status, available if known else None, reply.code_text, reply.message, exchanges)


def _holder(profile: Profile, body: Mapping[str, Any]) -> tuple[HolderCheck, Kyc]:
    extra = body.get("additionalInfo")
    if profile.holder is None or not isinstance(extra, Mapping):
        return HolderCheck.NOT_SUPPORTED, Kyc.NOT_SUPPORTED
    return (
        _NIK_ANSWERS.get(str(extra.get(profile.holder.nik)), HolderCheck.NOT_SUPPORTED),
        _KYC_ANSWERS.get(str(extra.get(profile.holder.kyc)), Kyc.NOT_SUPPORTED),
    )


def _obstacle(body: Mapping[str, Any], limits: AccountLimits, amount: int, nik: HolderCheck, kyc: Kyc) -> Reason | None:
    if nik is HolderCheck.MISMATCH:
        return Reason.NIK_MISMATCH
    if kyc is Kyc.NOT_UPGRADED:
        return Reason.KYC_REQUIRED
    said = str(body.get("beneficiaryAccountStatus") or "").upper()
    if any(word in said for word in _INACTIVE_WORDS):
        return Reason.ACCOUNT_INACTIVE
    if limits.maximum is not None and limits.maximum < amount:
        return Reason.BALANCE_LIMIT
    if limits.monthly_in is not None and limits.monthly_in < amount:
        return Reason.MONTHLY_LIMIT
    return Reason.REFUSED if limits.minimum is not None and limits.minimum > amount else None


def _same_account(profile: Profile, body: Mapping[str, Any], expected: str) -> bool | None:
    """Every number in the answer; a wallet that is asked through a bank's service answers under the bank's name."""
    wallet = profile.rules.kind is AccountKind.WALLET
    fields = ("customerNumber", "beneficiaryAccountNo") if wallet else ("beneficiaryAccountNo",)
    said = [account_agrees(body.get(name), expected, phone=wallet) for name in fields]
    return False if False in said else (True if True in said else None)
