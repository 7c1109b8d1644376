"""Who may buy: one card with one account at each platform; age and education that a course asks for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from prakerja.membership import change_membership
from prakerja.platform.access_patterns import COURSE, EVIDENCE, PERSON_IDENTITY, PLATFORM_ACCOUNT, SCHEDULE
from prakerja.platform.clock import to_text
from prakerja.platform.parts import update
from prakerja.registration import Education
from prakerja.registration.service.profile import tell_education
from prakerja.training.service.binding import untie_account
from tests.support.market import CARD, PRICE, Market, refused
from tests.support.people import Someone, plant_member, someone
from tests.support.world import World

OTHER_CARD = "8000000000000002"


@pytest.fixture
def market(world: World, monkeypatch: pytest.MonkeyPatch) -> Market:
    return Market(world, monkeypatch)


# one account, one card ----------------------------------------------------------------------------------------------
def void(market: Market, sale: dict[str, Any], invoice: str = "INV-1") -> None:
    body = {"invoice_code": invoice, "transaction_code": sale["transaction_code"]}
    assert market.call("toko", "/payment/void", body)[0] == 200
    market.world.clock.move(minutes=1)


def test_a_card_stays_with_its_account_even_after_a_void(market: Market) -> None:
    who = market.member()
    void(market, market.buy(user_platform_id="mine"))
    assert "akun lain" in refused(market.ask(user_platform_id="another"), "ERRTRX40046")
    assert market.membership(who)["platform_accounts"] == {"toko": "mine"}
    market.buy(user_platform_id="mine", invoice="INV-2")


def test_an_account_stays_with_its_card(market: Market) -> None:
    market.member(), market.member(2, card=OTHER_CARD)
    void(market, market.buy(user_platform_id="mine"))
    assert "kartu lain" in refused(market.ask(card=OTHER_CARD, user_platform_id="mine"), "ERRTRX40047")
    assert market.world.take("training.payment_code_requested.v1")[1:] == []


def test_asking_alone_ties_nothing(market: Market) -> None:
    market.member(), market.member(2, card=OTHER_CARD)
    token = market.token(user_platform_id="mine")
    market.buy(card=OTHER_CARD, user_platform_id="mine")
    refused(market.pay(token, invoice="INV-2"), "ERRTRX40047")


def test_the_same_name_at_another_platform_is_another_account(market: Market) -> None:
    market.offer("BOTH", "S", platforms=("toko", "lapak"))
    market.member(), market.member(2, card=OTHER_CARD)
    both = {"course_code": "BOTH", "schedule_code": "S", "user_platform_id": "mine"}
    market.buy(**both)
    status, body = market.ask("lapak", card=OTHER_CARD, **both)
    assert status == 200
    assert market.pay(body["data"]["payment_token"], partner="lapak")[0] == 200


def test_two_cards_pay_with_one_account_at_once(market: Market) -> None:
    one, two = market.member(), market.member(2, card=OTHER_CARD)
    first = market.token(user_platform_id="mine")
    second = market.token(card=OTHER_CARD, user_platform_id="mine")
    market.before_commit(lambda: market.pay(second, invoice="INV-2"))
    refused(market.pay(first), "ERRTRX40047")
    assert (market.balance(one)["reserved"], market.balance(two)["reserved"]) == (0, PRICE)
    assert market.seats() == 3


def test_an_operator_unties_what_was_tied_by_mistake(market: Market) -> None:
    who = market.member()
    market.member(2, card=OTHER_CARD)
    void(market, market.buy(user_platform_id="mine"))

    def untie() -> None:
        untie_account(
            market.world.platform,
            operator="op-1",
            person_id=who.person_id,
            platform="toko",
            user_platform_id="mine",
            evidence_reference="letter TOKO 7",
        )

    untie()
    market.buy(card=OTHER_CARD, user_platform_id="mine", invoice="INV-2")
    market.buy(user_platform_id="another", invoice="INV-3")
    untie()
    assert market.membership(who)["platform_accounts"] == {"toko": "another"}, "a repeat changes nothing"
    tied = market.world.table.get(PLATFORM_ACCOUNT, client_code="toko", user_platform_id="mine")
    assert tied is not None
    assert tied["person_id"] != who.person_id
    written = [item["sk"] for item in market.world.table.query(EVIDENCE, subject_id=who.person_id).items]
    assert sum("#PLATFORM_ACCOUNT_UNTIED#" in key for key in written) == 1


def test_a_purchase_under_way_is_not_untied_unseen(market: Market) -> None:
    """Untied between reading and writing: the purchase ties the card anew instead of leaving it loose."""
    who = market.member()
    void(market, market.buy(user_platform_id="mine"))
    token = market.token(user_platform_id="mine")
    market.before_commit(
        lambda: untie_account(
            market.world.platform,
            operator="op-1",
            person_id=who.person_id,
            platform="toko",
            user_platform_id="mine",
            evidence_reference="letter TOKO 7",
        )
    )
    assert market.pay(token, invoice="INV-2")[0] == 200
    assert market.membership(who)["platform_accounts"] == {"toko": "mine"}
    assert market.world.table.get(PLATFORM_ACCOUNT, client_code="toko", user_platform_id="mine") is not None


# age and education --------------------------------------------------------------------------------------------------
def limit(market: Market, **limits: Any) -> None:
    market.world.table.commit(update(COURSE, set=limits, course_code="C1"))


def born(market: Market, on: date) -> Someone:
    who = plant_member(market.world, someone(5, birth_date=on), card_number=CARD)
    market.world.table.commit(change_membership(who.person_id, set={"account_linked": True}))
    return who


def first_day(market: Market) -> date:
    item = market.world.table.get(SCHEDULE, course_code="C1", schedule_code="S1")
    assert item is not None
    return date.fromisoformat(item["starts_at"][:10])


@pytest.mark.parametrize(("days", "may"), [(0, True), (1, False)])
def test_age_counts_on_the_first_day_of_learning(market: Market, days: int, may: bool) -> None:
    limit(market, min_age=18)
    start = first_day(market)
    born(market, date(start.year - 18, start.month, start.day + days))
    if may:
        assert market.ask()[0] == 200
    else:
        assert "18 ke atas" in refused(market.ask(), "ERRTRX40043")


@pytest.mark.parametrize(("days", "may"), [(0, False), (1, True)])
def test_the_oldest_age_lasts_for_its_whole_year(market: Market, days: int, may: bool) -> None:
    limit(market, min_age=18, max_age=35)
    start = first_day(market)
    born(market, date(start.year - 36, start.month, start.day + days))
    if may:
        assert market.ask()[0] == 200
    else:
        assert "18 sampai 35" in refused(market.ask(), "ERRTRX40043")


def test_education_must_be_told_and_high_enough(market: Market) -> None:
    who = market.member()
    limit(market, min_education="D3")
    assert "profil akun Prakerja" in refused(market.ask(), "ERRTRX40045")
    tell_education(market.world.platform, person_id=who.person_id, education=Education.SMA)
    assert "D3" in refused(market.ask(), "ERRTRX40044")
    tell_education(market.world.platform, person_id=who.person_id, education=Education.D3)
    assert market.ask()[0] == 200


def test_what_a_course_asks_is_judged_again_when_it_is_paid(market: Market) -> None:
    who = market.member()
    token = market.token()
    limit(market, min_education="S1")
    refused(market.pay(token), "ERRTRX40045")
    limit(market, min_education="SD", max_age=20)
    tell_education(market.world.platform, person_id=who.person_id, education=Education.S1)
    refused(market.pay(token), "ERRTRX40043")
    assert market.purchases(who) == []
    limit(market, max_age=60)
    assert market.pay(token)[0] == 200


def test_an_erased_person_fits_no_limit(market: Market) -> None:
    who = market.member()
    limit(market, min_age=1)
    market.world.table.commit(update(PERSON_IDENTITY, remove=["sealed_birth_date"], person_id=who.person_id))
    refused(market.ask(), "ERRTRX40043")


# the sale, judged when it is paid -----------------------------------------------------------------------------------
def test_the_sale_may_end_while_the_code_is_on_its_way(market: Market) -> None:
    market.member()
    token = market.token()
    closes = market.world.clock.programme()
    market.world.table.commit(
        update(SCHEDULE, set={"sales_until": to_text(closes)}, course_code="C1", schedule_code="S1")
    )
    refused(market.pay(token), "ERRTRX40014")
    market.world.clock.move(microseconds=-1)
    assert market.pay(token)[0] == 200


def test_a_platform_may_lose_a_course_while_the_code_is_on_its_way(market: Market) -> None:
    market.member()
    token = market.token()
    limit(market, platforms=["lapak"])
    refused(market.pay(token), "ERRTRX40012")


def test_a_repeat_is_answered_whatever_the_course_has_become(market: Market) -> None:
    market.member()
    token = market.token()
    first = market.pay(token)
    limit(market, platforms=["lapak"], min_age=99)
    assert market.pay(token) == first
