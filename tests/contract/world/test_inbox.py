"""Messages: handed over by the adapters, delivered once, read in the inbox."""

from __future__ import annotations

import pytest

from prakerja.gateways.email import EmailSender
from prakerja.gateways.sms import SmsSender
from prakerja.platform.problems import Rejected, Unavailable

from .conftest import Outside

SMS, EMAIL = SmsSender("/sms"), EmailSender("/email")
PHONE = "081234567890"


def inbox(outside: Outside, query: str = "") -> list[dict[str, object]]:
    found: list[dict[str, object]] = outside.get(f"/inbox/messages?{query}").json()["messages"]
    return found


def test_a_message_arrives_as_it_was_sent(outside: Outside) -> None:
    EMAIL.send(to="Siti@example.test", subject="Kode masuk", text="Kode: 123456\nJangan bagikan.", reference="c1")
    (message,) = inbox(outside)
    assert message == {
        "number": 1,
        "channel": "email",
        "reference": "c1",
        "address": "siti@example.test",
        "subject": "Kode masuk",
        "text": "Kode: 123456\nJangan bagikan.",
        "received_at": "2026-11-24T03:00:00.250000Z",
        "receipts": 1,
        "differing": 0,
    }


def test_one_reference_is_delivered_once(outside: Outside) -> None:
    first = SMS.send(to=PHONE, text="Kode: 1", reference="c1")
    outside.restart()
    assert SMS.send(to=PHONE, text="Kode: 1", reference="c1") == first
    assert [(message["receipts"], message["differing"]) for message in inbox(outside)] == [(2, 0)]
    assert outside.get("/control/sms").json()["facts"] == {"messages": 1, "receipts": 2, "differing": 0}


def test_a_repeat_that_says_something_else_changes_nothing_and_is_noticed(outside: Outside) -> None:
    SMS.send(to=PHONE, text="Kode: 1", reference="c1")
    SMS.send(to=PHONE, text="Kode: 2", reference="c1")
    (message,) = inbox(outside)
    assert (message["text"], message["differing"]) == ("Kode: 1", 1)


def test_channels_do_not_share_references(outside: Outside) -> None:
    SMS.send(to=PHONE, text="Kode: 1", reference="c1")
    EMAIL.send(to="siti@example.test", text="Kode: 1", reference="c1")
    assert [message["channel"] for message in inbox(outside)] == ["email", "sms"]


@pytest.mark.parametrize("spelling", [PHONE, "+6281234567890", "6281234567890"])
def test_a_phone_has_one_inbox_however_it_is_written(outside: Outside, spelling: str) -> None:
    SMS.send(to=spelling, text="Halo", reference="c1")
    SMS.send(to="081299999999", text="Lain", reference="c2")
    for asked in (PHONE, "+6281234567890", "%2B6281234567890"):
        assert [message["text"] for message in inbox(outside, f"to={asked}")] == ["Halo"]


def test_new_messages_come_first_and_can_be_paged(outside: Outside) -> None:
    for number in range(1, 6):
        SMS.send(to=PHONE, text=str(number), reference=f"c{number}")
    texts = [message["text"] for message in inbox(outside)]
    assert texts == ["5", "4", "3", "2", "1"]
    assert [message["number"] for message in inbox(outside, "since=3")] == [5, 4]
    assert [message["number"] for message in inbox(outside, "before=3&limit=1")] == [2]
    assert outside.get("/inbox/messages?since=now").status == 400


@pytest.mark.parametrize("to", ["", "12345", "0212345678", "08123", "siti@example.test", "08123456789x"])
def test_an_address_that_cannot_be_one_is_rejected(outside: Outside, to: str) -> None:
    with pytest.raises(Rejected):
        SMS.send(to=to, text="Halo", reference="c1")
    assert inbox(outside) == []


def test_a_lost_answer_and_another_try_deliver_once(outside: Outside) -> None:
    outside.post("/control/sms", {"mode": "lossy", "requests": 1})
    with pytest.raises(Unavailable):
        SMS.send(to=PHONE, text="Kode: 1", reference="c1")
    SMS.send(to=PHONE, text="Kode: 1", reference="c1")
    assert [(message["receipts"], message["differing"]) for message in inbox(outside)] == [(2, 0)]


def test_the_page_shows_messages_and_escapes_them(outside: Outside) -> None:
    EMAIL.send(to="siti@example.test", subject="<i>Kode</i>", text="<script>1</script> & 2", reference="c1")
    SMS.send(to=PHONE, text="Kode: 42", reference="c2")
    page = outside.get("/inbox", page=True).text
    assert page.index("Kode: 42") < page.index("&lt;script&gt;1&lt;/script&gt; &amp; 2")
    assert "<script" not in page
    assert "<i>" not in page
    assert "24-11-2026 10:00:00 WIB" in page
    one = outside.get(f"/inbox?to={PHONE}", page=True).text
    assert "Kode: 42" in one
    assert "siti@example.test" not in one


def test_what_is_searched_for_is_escaped_on_the_page(outside: Outside) -> None:
    page = outside.get('/inbox?to="><script>x', page=True).text
    assert "<script" not in page
    assert 'value="&quot;&gt;&lt;script&gt;x"' in page


def test_older_messages_are_one_link_away(outside: Outside) -> None:
    for number in range(60):
        SMS.send(to=PHONE, text=f"pesan {number}.", reference=str(number))
    page = outside.get("/inbox", page=True).text
    assert "pesan 10." in page
    assert "pesan 9." not in page
    assert "/inbox?to=&amp;before=11" in page
    assert "pesan 9." in outside.get("/inbox?to=&before=11", page=True).text
