"""The stronger signature: one text, a nonce that is good once, and a partner may switch the first signature off."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from typing import Any

import pytest

from prakerja.partners.signature import sign, sign_strongly, strong_text
from tests.contract.partner.client import AUTHORIZE, STATUS, Client, event
from tests.contract.partner.service import BODY, CLIENT, Partner, Service, new_service

NONCE = "0123456789abcdefABCDEF_-"
EXAMPLE = (b"my_sign_key", "myclient_code", 1516239022, "Zx3mQ9vT7kLp2RsW", "POST")


@pytest.fixture
def service() -> Service:
    return new_service()


@dataclass(frozen=True)
class Strong(Client):
    """A client that signs every request in the stronger way."""

    nonce: str = NONCE

    def strong(self, path: str, body: str | bytes, **changes: str | None) -> dict[str, str]:
        stamp, sent = str(int(self.now.timestamp())), body.encode() if isinstance(body, str) else body
        headers: dict[str, str | None] = {
            "prakerja-client": self.client_code,
            "prakerja-timestamp": stamp,
            "prakerja-nonce": self.nonce,
            "prakerja-signature": sign_strongly(self.key, self.client_code, stamp, self.nonce, "POST", path, sent),
            **{name.replace("_", "-"): value for name, value in changes.items()},
        }
        return {name: value for name, value in headers.items() if value is not None}


STRONG = Strong()


def test_the_vector() -> None:
    """The same as in docs/partner-api.md, and reckoned here from the rule alone."""
    key, client_code, timestamp, nonce, method = EXAMPLE
    path, body = "/api/v1/integration/payment/redeem-code/commit", b'{"redeem_code":"code"}'
    text = (
        "PRAKERJA-HMAC-SHA256\nmyclient_code\n1516239022\nZx3mQ9vT7kLp2RsW\nPOST\n"
        f"{path}\n{hashlib.sha256(body).hexdigest()}"
    )
    assert strong_text(client_code, str(timestamp), nonce, method, path, body) == text
    expected = "07b10723638d62a6656fa6b6193fe108c844b32ec06b2e46a44603b5c4a035ad"
    assert hmac.new(key, text.encode(), hashlib.sha256).hexdigest() == expected
    assert sign_strongly(key, client_code, timestamp, nonce, method, path, body) == expected


def test_a_request_signed_strongly_is_answered(service: Service) -> None:
    status, answer = service.post(STATUS, BODY, STRONG.strong(STATUS, BODY))
    assert (status, answer["data"]["redeem_code"]) == (200, "GHOPNYXUVMT0")
    assert service.used == [0]
    assert service.calls[0].headers["client_code"] == CLIENT.client_code


@pytest.mark.parametrize(
    "body", [b'\xef\xbb\xbf{"redeem_code": "X"}', '{"redeem_code":"\u00e9"}'.encode(), b'{ "redeem_code":"X" }']
)
def test_it_covers_the_very_bytes(service: Service, body: bytes) -> None:
    headers = STRONG.strong(STATUS, body)
    assert service.post(STATUS, body, headers)[0] in (200, 400)
    other = replace(STRONG, nonce=NONCE[::-1])
    assert service.post(STATUS, body.replace(b":", b": ", 1), other.strong(STATUS, body))[0] == 401


def test_a_nonce_is_good_once_and_a_replay_is_told_what_a_forger_is_told(service: Service) -> None:
    headers = STRONG.strong(STATUS, BODY)
    assert service.post(STATUS, BODY, headers)[0] == 200
    replayed = service.respond(event(STATUS, headers, BODY))
    forged = service.respond(event(STATUS, {**headers, "prakerja-signature": "0" * 64}, BODY))
    assert replayed == forged
    assert replayed["statusCode"] == 401
    assert len(service.calls) == 1


def test_a_forged_request_spends_no_nonce(service: Service) -> None:
    headers = STRONG.strong(STATUS, BODY)
    assert service.post(STATUS, BODY, {**headers, "prakerja-signature": "0" * 64})[0] == 401
    assert service.post(STATUS, BODY, headers)[0] == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"prakerja_client": None},
        {"prakerja_client": "other_partner"},
        {"prakerja_client": "nobody"},
        {"prakerja_timestamp": None},
        {"prakerja_timestamp": "1698289217"},
        {"prakerja_nonce": None},
        {"prakerja_nonce": NONCE + "x"},
        {"prakerja_signature": ""},
        {"prakerja_signature": "sha256=" + "0" * 64},
    ],
)
def test_what_is_changed_is_not_believed(service: Service, changes: dict[str, str | None]) -> None:
    assert service.post(STATUS, BODY, STRONG.strong(STATUS, BODY, **changes))[0] == 401
    assert service.calls == []


@pytest.mark.parametrize("nonce", ["", "short", "x" * 65, "with space 1234567", "0123456789abcdef\n", "é" * 16])
def test_a_nonce_has_a_form(service: Service, nonce: str) -> None:
    client = replace(STRONG, nonce=nonce)
    assert service.post(STATUS, BODY, client.strong(STATUS, BODY))[0] == 401
    assert service.nonces == set()


@pytest.mark.parametrize(
    ("signed", "sent"),
    [(STATUS + "/", STATUS), (STATUS, "/" + STATUS), (AUTHORIZE, STATUS), (STATUS + "?a=1", STATUS)],
)
def test_there_is_one_path(service: Service, signed: str, sent: str) -> None:
    assert service.post(sent, BODY, STRONG.strong(signed, BODY))[0] == 401


def test_a_path_is_signed_as_it_is_sent(service: Service) -> None:
    doubled = "/" + STATUS + "/"
    assert service.post(doubled, BODY, STRONG.strong(doubled, BODY))[0] == 200


def test_a_query_is_signed(service: Service) -> None:
    asked = event(STATUS, STRONG.strong(STATUS + "?a=1&b=%20", BODY), BODY) | {"rawQueryString": "a=1&b=%20"}
    assert service.respond(asked)["statusCode"] == 200
    changed = event(STATUS, replace(STRONG, nonce=NONCE[::-1]).strong(STATUS + "?a=1", BODY), BODY)
    assert service.respond(changed | {"rawQueryString": "a=2"})["statusCode"] == 401


def test_fields_cannot_be_moved_from_one_line_to_another(service: Service) -> None:
    """In the first signature ``ab`` + ``1`` is ``a`` + ``b1``; lines keep them apart."""
    stamp = str(int(CLIENT.now.timestamp()))
    one = strong_text("a", "b" + stamp, NONCE, "POST", STATUS, b"")
    other = strong_text("ab", stamp, NONCE, "POST", STATUS, b"")
    assert one != other
    assert sign(b"k", "a", "b" + stamp, "POST", STATUS, "") == sign(b"k", "ab", stamp, "POST", STATUS, "")


def test_a_partner_may_switch_the_first_signature_off(service: Service) -> None:
    service.partners[CLIENT.client_code] = Partner([CLIENT.key], legacy_signature=False)
    refused = service.respond(event(STATUS, CLIENT.headers(STATUS, BODY), BODY))
    assert refused["statusCode"] == 401
    assert json.loads(refused["body"])["code"] == "ERRSIG40101"
    assert service.calls == []
    assert service.post(STATUS, BODY, STRONG.strong(STATUS, BODY))[0] == 200


def test_who_sends_both_is_held_to_the_stronger_one(service: Service) -> None:
    both = CLIENT.headers(STATUS, BODY) | STRONG.strong(STATUS, BODY, prakerja_signature="0" * 64)
    assert service.post(STATUS, BODY, both)[0] == 401


@pytest.mark.parametrize("keys", [0, 1, 2])
def test_a_refusal_costs_two_macs_and_one_read_whoever_is_named(
    service: Service, monkeypatch: pytest.MonkeyPatch, keys: int
) -> None:
    service.partners[CLIENT.client_code] = Partner([b"first", b"second"][:keys])
    done: list[Any] = []
    real = hmac.digest
    headers = STRONG.strong(STATUS, BODY, prakerja_signature="0" * 64)

    def counting(*asked: Any) -> bytes:
        done.append(asked)
        return real(*asked)

    monkeypatch.setattr(hmac, "digest", counting)
    for client_code in (CLIENT.client_code, "nobody", "", "#!"):
        done.clear()
        service.reads.clear()
        assert service.post(STATUS, BODY, {**headers, "prakerja-client": client_code})[0] == 401
        assert (len(done), len(service.reads)) == (2, 1)
