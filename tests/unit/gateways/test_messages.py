"""SMS and e-mail: accepted, rejected for good, or to be tried again with the same reference."""

from __future__ import annotations

import json

import pytest

from prakerja.gateways.email import EmailSender
from prakerja.gateways.sms import SmsSender
from prakerja.platform.problems import Reaction, Rejected, Unavailable

from .conftest import Stub

SENDERS = pytest.mark.parametrize("sender", [SmsSender, EmailSender])


def send(sender: type[SmsSender | EmailSender], url: str, subject: str = "") -> str:
    return sender(url, "key").send(to="081234567890", text="Kode: 123456", reference="ref-1", subject=subject)


@SENDERS
def test_accepted_means_202_and_an_id(stub: Stub, sender: type[SmsSender | EmailSender]) -> None:
    stub.answer(202, '{"id": "m-1", "receipts": 2}')
    assert send(sender, stub.url) == "m-1"
    assert b"x-api-key: key" in stub.requests[0]
    assert stub.requests[0].startswith(b"POST /v1/messages ")


def test_an_sms_has_no_subject_and_an_e_mail_always_has_one(stub: Stub) -> None:
    stub.answer(202, '{"id": "m-1"}')
    for sender, subject in ((SmsSender, "Halo"), (EmailSender, "Halo"), (EmailSender, "")):
        send(sender, stub.url, subject)
    bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in stub.requests]
    assert [body.get("subject") for body in bodies] == [None, "Halo", "Kartu Prakerja"]
    assert {(body["to"], body["text"], body["reference"]) for body in bodies} == {
        ("081234567890", "Kode: 123456", "ref-1")
    }


@SENDERS
@pytest.mark.parametrize("status", [400, 404, 410, 413, 422])
def test_a_refused_message_is_given_up(stub: Stub, sender: type[SmsSender | EmailSender], status: int) -> None:
    stub.answer(status, '{"error": "no such number 081234567890"}')
    with pytest.raises(Rejected) as caught:
        send(sender, stub.url)
    assert caught.value.reaction is Reaction.GIVE_UP
    assert "0812" not in str(caught.value)


@SENDERS
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (202, ""),
        (202, "{}"),
        (202, '{"id": 7}'),
        (202, '{"id": ""}'),
        (200, '{"id": "m-1"}'),
        (401, "{}"),
        (403, "{}"),
        (429, "{}"),
        (500, "<html>"),
        (503, "{}"),
    ],
)
def test_anything_unclear_is_tried_again(
    stub: Stub, sender: type[SmsSender | EmailSender], status: int, body: str
) -> None:
    stub.answer(status, body)
    with pytest.raises(Unavailable):
        send(sender, stub.url)
