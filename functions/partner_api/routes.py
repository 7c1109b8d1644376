"""The endpoints of the contract: what each reads along with the partner, the command it runs, the data it answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from functions.partner_api.answers import QuotaData, TokenData, TransactionData
from functions.partner_api.envelope import Call, Endpoint, ItemKey
from functions.partner_api.learning import LEARNING, PREFIX
from functions.partner_api.requests import (
    AuthorizeRequest,
    PaymentStatusRequest,
    QuotaRequest,
    SendOtpRequest,
    VoidRequest,
)
from functions.partner_api.sso import SSO
from functions.partner_api.trying import TRYING
from prakerja.membership import holder_of_card
from prakerja.partners import Caller
from prakerja.platform.access_patterns import CARD, COURSE, INVOICE, PAYMENT, SCHEDULE
from prakerja.platform.settings import settings
from prakerja.training.model.payment import payment_id_in, payment_token
from prakerja.training.service.asking import Found, Order, request_code, seats_left
from prakerja.training.service.buying import Confirmation, authorise
from prakerja.training.service.cancelling import cancel, transaction
from prakerja.training.store.binding import account_key, tied_to
from prakerja.training.store.catalogue import course_from_item, schedule_from_item
from prakerja.training.store.payment import payment_from_item
from prakerja.training.store.purchase import invoice_from_item
from prakerja.wiring import platform, secret

_PAYMENT = re.compile(r"Payment +([0-9A-Za-z.-]{1,128})", re.IGNORECASE)


def payment_code_key() -> str:
    """The key of payment codes and tokens."""
    return secret(settings().payment_code_secret)


# platforms --------------------------------------------------------------------------------------------------------


def _course(request: QuotaRequest | SendOtpRequest, _: Mapping[str, str]) -> Sequence[ItemKey]:
    course = {"course_code": request.course_code}
    return [(COURSE, course), (SCHEDULE, {**course, "schedule_code": request.schedule_code})]


def _course_and_buyer(request: SendOtpRequest, headers: Mapping[str, str]) -> Sequence[ItemKey]:
    account = account_key(headers["client_code"], request.user_platform_id)
    return [*_course(request, headers), (CARD, {"card_number": request.prakerja_id}), account]


def _payment(_: AuthorizeRequest, headers: Mapping[str, str]) -> Sequence[ItemKey]:
    token = _token(headers)
    return [(PAYMENT, {"payment_id": payment_id_in(token)})] if payment_id_in(token) else []


def _invoice(request: PaymentStatusRequest | VoidRequest, headers: Mapping[str, str]) -> Sequence[ItemKey]:
    return [(INVOICE, {"client_code": headers["client_code"], "invoice_code": request.invoice_code})]


def _quota(call: Call[Caller, QuotaRequest]) -> QuotaData:
    course, schedule = call.items
    left = seats_left(
        platform(),
        platform=call.partner.partner,
        course=course_from_item(course),
        schedule=schedule_from_item(schedule),
    )
    return QuotaData(schedule_code=call.request.schedule_code, course_code=call.request.course_code, quota=left)


def _send_otp(call: Call[Caller, SendOtpRequest]) -> TokenData:
    asked, (course, schedule, card, account) = call.request, call.items
    order = Order(
        user_platform_id=asked.user_platform_id,
        course_code=asked.course_code,
        schedule_code=asked.schedule_code,
        amount=asked.amount,
        request=call.name,
    )
    found = Found(holder_of_card(card), tied_to(account), course_from_item(course), schedule_from_item(schedule))
    payment = request_code(platform(), platform=call.partner.partner, order=order, found=found)
    return TokenData(payment_token=payment_token(payment_code_key(), payment.payment_id))


def _authorize(call: Call[Caller, AuthorizeRequest]) -> TransactionData:
    purchase, name = authorise(
        platform(),
        payment_code_key(),
        platform=call.partner.partner,
        payment=payment_from_item(call.items[0]) if call.items else None,
        confirmation=Confirmation(
            payment_token=_token(call.headers),
            otp=call.request.otp,
            invoice_code=call.request.invoice_code,
            invoice_url=call.request.invoice_url,
            request=call.name,
        ),
    )
    return TransactionData.of_purchase(purchase, name)


def _payment_status(call: Call[Caller, PaymentStatusRequest]) -> TransactionData:
    found = transaction(platform(), platform=call.partner.partner, invoice=invoice_from_item(call.items[0]))
    return TransactionData.of_invoice(*found)


def _void(call: Call[Caller, VoidRequest]) -> None:
    cancel(
        platform(),
        platform=call.partner.partner,
        invoice=invoice_from_item(call.items[0]),
        transaction_code=call.request.transaction_code,
        request=call.name,
    )


def _token(headers: Mapping[str, str]) -> str:
    """The payment token of the Authorization header; empty if there is none."""
    match = _PAYMENT.fullmatch(headers.get("authorization", ""))
    return match[1] if match else ""


def _at(path: str, handler: Any, model: Any, also_read: Any, message: str = "OK") -> Endpoint[Caller, Any]:
    return Endpoint(PREFIX + path, handler, model, also_read, message)


ENDPOINTS = (
    *LEARNING,
    *TRYING,
    *SSO,
    _at("/payment/quota-schedule", _quota, QuotaRequest, _course),
    _at(
        "/payment/send-otp", _send_otp, SendOtpRequest, _course_and_buyer, "Kode OTP dikirim ke nomor telepon peserta."
    ),
    _at("/payment/authorize", _authorize, AuthorizeRequest, _payment, "Pelatihan berhasil dibeli."),
    _at("/payment/status", _payment_status, PaymentStatusRequest, _invoice),
    _at("/payment/void", _void, VoidRequest, _invoice, "Transaksi berhasil dibatalkan."),
)
