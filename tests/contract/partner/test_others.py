"""No partner sees or changes what is another's: each endpoint's good request, sent by every other partner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest

from prakerja.partners import PartnerKind, register_partner
from tests.contract.partner.client import PREFIX
from tests.contract.partner.habits import HABITS, write
from tests.contract.partner.target import Case, Here, a_market_here
from tests.contract.partner.wire_client import Reply, send_once
from tests.support.market import RING

OTHERS = ("toko", "lapak", "lpk", "bkk", "bank")
"""``lapak`` sells no course, ``bkk`` teaches none, ``bank`` is a payment channel."""
NAMES = (
    *("status", "status of no sequence", "commit", "reset", "url-generate", "submission", "feedback"),
    *("submission status", "quota", "send-otp", "authorize", "payment status", "void"),
)


@pytest.fixture(scope="module")
def here() -> Iterator[Here]:
    with a_market_here() as market:
        yield market


@pytest.fixture
def bank(here: Here) -> None:
    """The world as it was, and a partner of the third kind."""
    here.back()
    kind, since = PartnerKind.PAYMENT_CHANNEL, date(2020, 1, 1)
    platform = here.market.world.platform
    here.market.keys["bank"] = register_partner(
        platform, RING, client_code="bank", name="Bank", kind=kind, valid_from=since
    )


def send(here: Here, partner: str, case: Case) -> Reply:
    key, path = here.keys[partner], PREFIX + case.path
    wire = write(HABITS[0], partner, key, path, case.body, timestamp=here.now(), nonce="", **case.headers)
    return send_once(here.base_url, "POST", wire.path, wire.headers, wire.body)


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("name", NAMES)
def test_what_is_anothers_looks_as_if_it_were_not_there(here: Here, name: str) -> None:
    case, before = here.cases()[name], here.holds()
    seen = {other: send(here, other, case) for other in OTHERS if other != case.partner}
    assert here.holds() == before
    for other, reply in seen.items():
        assert reply.status == 400, (other, reply.text)
        assert set(reply.body) == {"code", "message", "success"}
        assert [trace for trace in traces(here, case) if trace in reply.text] == [], other
    assert send(here, case.partner, case).status == 200, "it was good all the while"


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("name", NAMES)
def test_it_is_answered_like_what_nobody_has(here: Here, name: str) -> None:
    """A rival of the same kind cannot tell another's code, course or invoice from one that does not exist."""
    case = here.cases()[name]
    rival = "bkk" if case.partner == "lpk" else "lapak"
    nothing = {
        "redeem_code": "AAAAAAAAAAAA",
        "course_code": "NOTHING",
        "invoice_code": "INV-NOTHING",
        "transaction_code": "AAAAAAAAAAAAAAAA",
    }
    body = {field: nothing.get(field, value) for field, value in case.body.items()}
    headers = {"Authorization": "Payment 00000000-0000-4000-8000-000000000000.00"} if case.headers else {}
    missing = send(here, rival, Case(rival, case.path, body, headers))
    assert send(here, rival, case).body == missing.body


@pytest.mark.usefixtures("bank")
def test_a_suspended_partner_is_a_stranger_at_once_everywhere(here: Here) -> None:
    here.market.change_partner("lpk", suspended=True)
    here.market.change_partner("toko", valid_until="2020-12-31")
    before = here.holds()
    for name in NAMES:
        reply = send(here, here.cases()[name].partner, here.cases()[name])
        assert (reply.status, reply.body["code"]) == (401, "ERRSIG40101"), name
    assert here.holds() == before


def traces(here: Here, case: Case) -> Iterator[str]:
    """What an answer to a stranger must not hold: names, courses, transactions of others."""
    yield from ("Orang Uji", "Dasar Excel", "Lpk", "Toko")
    yield from (here.sale["transaction_code"], here.unused["transaction_code"])
    yield from (value for value in case.body.values() if isinstance(value, str) and value == here.sale["redeem_code"])
    yield json.dumps(here.sale["prakerja_name"])
