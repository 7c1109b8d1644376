"""The payment provider port over SNAP BI. Repeats nothing but a refused signature or token, and that once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from prakerja.gateways.http import OutsideUnavailable
from prakerja.payouts.answers import (
    AccountAnswer,
    AccountQuestion,
    BalanceAnswer,
    BalanceStatus,
    Exchange,
    InquiryAnswer,
    Outcome,
    PreparedRequest,
    ProviderRules,
    TransferAnswer,
    TransferOrder,
)
from prakerja.payouts.ports import LONGEST_SPAN
from prakerja.payouts.references import reference
from prakerja.payouts.statements import StatementAnswer, StatementStatus

from .answers import (
    Reply,
    account_answer,
    balance_answer,
    inquiry_answer,
    read_reply,
    refused_account,
    transfer_answer,
)
from .bodies import account_body, balance_body, statement_body, status_body, transfer_body
from .credentials import Credentials
from .identifiers import external_id, resend_id
from .profiles import Profile
from .reading import redacted
from .signing import Mode, body_hash, sign_asymmetric, sign_symmetric, timestamp, transaction_text
from .statements import Reading
from .tokens import NoToken, Tokens
from .transport import Transport

_UNAUTHORISED: Final = 401
_BAD_SIGNATURE: Final = "00"


class SnapProvider:
    """One provider of ``profile``. ``now`` is the wall clock: signatures and tokens are judged by real time."""

    def __init__(
        self, profile: Profile, credentials: Credentials, transport: Transport, now: Callable[[], datetime]
    ) -> None:
        self._profile = profile
        self._credentials = credentials
        self._transport = transport
        self._now = now
        self._tokens = Tokens(profile, credentials, transport, now)

    @property
    def name(self) -> str:
        return self._profile.name

    @property
    def rules(self) -> ProviderRules:
        return self._profile.rules

    def reference(self, payout_id: str, attempt_no: int, at: datetime) -> str:
        return reference(payout_id, attempt_no, at)

    def external_id(self, at: datetime, digits: str) -> str:
        return external_id(at, digits)

    def inquire_account(self, question: AccountQuestion, external_id: str) -> AccountAnswer:
        if not self._can_hold(question.account_number):
            return refused_account("no account number of this provider looks like that")
        service = self._profile.account
        body = account_body(self._profile, question)
        reply, exchanges = self._call(service, self._profile.path(service), body, external_id)
        return account_answer(self._profile, question, reply, exchanges)

    def prepare_transfer(self, order: TransferOrder) -> PreparedRequest:
        profile = self._profile
        if not 0 < order.amount <= profile.rules.max_amount or not self._can_hold(order.account_number):
            raise ValueError("a transfer needs an amount within the limit and an account number of this provider")
        if profile.needs_name and not order.holder_name.strip():
            raise ValueError(f"{profile.name} pays nobody without a name")
        if not 0 < len(order.reference) <= profile.reference_length or not order.reference.isalnum():
            raise ValueError(f"reference {order.reference!r} does not fit {profile.name}")
        return PreparedRequest(
            provider=profile.name,
            service=profile.transfer,
            path=profile.path(profile.transfer),
            reference=order.reference,
            amount=order.amount,
            account_number=order.account_number,
            body=transfer_body(profile, order, self._credentials.source_account),
        )

    def send(self, prepared: PreparedRequest, external_id: str) -> TransferAnswer:
        reply, exchanges = self._call(prepared.service, prepared.path, prepared.body, external_id)
        return transfer_answer(self._profile, prepared, reply, exchanges)

    def inquire_transfer(self, prepared: PreparedRequest, external_id: str) -> InquiryAnswer:
        service = self._profile.status
        reply, exchanges = self._call(service, self._profile.path(service), status_body(prepared), external_id)
        return inquiry_answer(self._profile, prepared, reply, exchanges)

    def balance(self, external_id: str) -> BalanceAnswer:
        service = self._profile.balance
        if service is None:
            return BalanceAnswer(BalanceStatus.NOT_SUPPORTED, None, "", "no such service at this provider", ())
        body = balance_body(self._credentials.source_account)
        reply, exchanges = self._call(service, self._profile.path(service), body, external_id)
        return balance_answer(reply, exchanges)

    def statement(self, start: datetime, end: datetime, external_id: Callable[[], str]) -> StatementAnswer:
        if not timedelta() < end - start <= LONGEST_SPAN:
            raise ValueError("a statement needs a span of at most 31 days")
        service = self._profile.statement
        if service is None:
            message = "no such service at this provider"
            return StatementAnswer(StatementStatus.NOT_SUPPORTED, (), None, None, "", message, ())
        reading = Reading(self._profile, start, end)
        while (place := reading.next_page()) is not None:
            body = statement_body(self._profile, self._credentials.source_account, place.start, end, place.number)
            reading.take(*self._call(service, self._profile.path(service), body, external_id()))
        return reading.answer()

    def _can_hold(self, number: str) -> bool:
        shortest, longest = self._profile.account_length
        return shortest <= len(number) <= longest and number.isascii() and number.isdigit()

    def _call(self, service: str, path: str, body: bytes, external_id: str) -> tuple[Reply, tuple[Exchange, ...]]:
        """Send once; a 401 proves "not carried out", so it is repaired (new token, new time) and sent once more."""
        exchanges: list[Exchange] = []
        try:
            token = self._token()
            reply = self._once(service, path, body, external_id, token, exchanges)
            if reply.outcome is not Outcome.REJ or reply.code is None or reply.code.http != _UNAUTHORISED:
                return reply, tuple(exchanges)
            if reply.code.case != _BAD_SIGNATURE:
                token = self._token(refused=token)
            reply = self._once(service, path, body, resend_id(external_id), token, exchanges)
        except NoToken as failure:
            return failure.reply, tuple(exchanges)
        if reply.code is not None and (reply.code.http, reply.code.case) == (_UNAUTHORISED, _BAD_SIGNATURE):
            reply = replace(reply, outcome=Outcome.STOP)
        return reply, tuple(exchanges)

    def _token(self, refused: str | None = None) -> str | None:
        return None if self._profile.mode is Mode.ASYMMETRIC else self._tokens.get(refused)

    def _once(
        self, service: str, path: str, body: bytes, external_id: str, token: str | None, exchanges: list[Exchange]
    ) -> Reply:
        sent_at, started = self._now(), time.perf_counter()
        status, content = None, b""
        try:
            status, content = self._transport.post(path, self._headers(path, body, external_id, token, sent_at), body)
            reply = read_reply(status, content)
        except OutsideUnavailable as error:
            reply = Reply(Outcome.AMB if error.sent else Outcome.REJ, f"no answer ({error.facts['reason']})")
        exchanges.append(
            Exchange(
                provider=self._profile.name,
                service=service,
                path=path,
                external_id=external_id,
                sent_at=sent_at,
                request_sha256=hashlib.sha256(body).hexdigest(),
                milliseconds=round((time.perf_counter() - started) * 1000),
                http_status=status,
                response_sha256=None if status is None else hashlib.sha256(content).hexdigest(),
                response_redacted=reply.message if status is None else redacted(content),
            )
        )
        return reply

    def _headers(self, path: str, body: bytes, external_id: str, token: str | None, at: datetime) -> dict[str, str]:
        profile, credentials = self._profile, self._credentials
        moment = timestamp(at, profile.timestamp_form)
        text = transaction_text("POST", profile.signed_path(path), token, body_hash(body), moment)
        if token is None:
            signature = sign_asymmetric(credentials.private_key, text, profile.encoding)
        else:
            signature = sign_symmetric(credentials.client_secret, text, profile.encoding)
        return {
            "Content-Type": "application/json",
            **({} if token is None else {"Authorization": f"Bearer {token}"}),
            "X-TIMESTAMP": moment,
            "X-SIGNATURE": signature,
            "X-PARTNER-ID": credentials.client_id,
            "X-EXTERNAL-ID": external_id,
            "CHANNEL-ID": credentials.channel_id,
        }
