"""What a person let partners read: told plainly, and taken back at once and for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from prakerja.platform.access_patterns import SSO_CONSENT, SSO_GRANT
from prakerja.platform.evidence import evidence_of
from prakerja.sso.model import GRANT_LIFE, Scope
from prakerja.sso.service.withdrawing import consents_of
from tests.support.clients import Clients
from tests.support.visiting import Seen
from tests.support.world import World


@pytest.fixture
def clients(world: World, monkeypatch: pytest.MonkeyPatch) -> Clients:
    return Clients(world, monkeypatch)


def page(clients: Clients) -> Seen:
    return clients.who.open("/izin")


def grants(clients: Clients) -> list[dict[str, Any]]:
    return [item for item in clients.world.items("programme") if item["pk"].startswith("SSO_GRANT#")]


def rows(clients: Clients) -> list[dict[str, Any]]:
    return [item for item in clients.world.items("programme") if item["sk"].startswith("SSO_CONSENT#")]


def take_back(clients: Clients, client: str) -> Seen:
    (form,) = [form for form in page(clients).forms if form.fields["client"] == client]
    return clients.who.submit(form)


def test_who_gave_nothing_is_told_so(clients: Clients) -> None:
    seen = page(clients)
    assert (seen.status, seen.forms) == (200, [])
    assert "Tidak ada pihak lain yang dapat membaca data Anda" in seen.text


def test_each_client_stands_there_once_with_all_that_it_may_read(clients: Clients) -> None:
    clients.tokens(scope="name")
    clients.world.clock.move(seconds=90_000)
    clients.tokens(scope="email")
    clients.tokens("toko", scope="notelp")
    first, second = consents_of(clients.world.platform, person_id=clients.member.person_id)
    assert (first.client_name, first.scopes, second.scopes) == ("Lpk", (Scope.NAME, Scope.EMAIL), (Scope.PHONE,))
    assert first.until - first.since == GRANT_LIFE + timedelta(seconds=90_000)
    seen = page(clients)
    assert [form.fields["client"] for form in seen.forms] == ["lpk", "toko"]
    assert "Cabut izin – Lpk" in seen.text


def test_what_is_taken_back_is_worth_nothing_any_more(clients: Clients) -> None:
    tokens = [clients.tokens(), clients.tokens()]
    others = clients.tokens("toko")
    seen = take_back(clients, "lpk")
    assert (seen.path, [form.fields["client"] for form in seen.forms]) == ("/izin", ["toko"])
    for pair in tokens:
        assert clients.profile(pair["access_token"]).status == 400
        assert clients.refresh(pair["refresh_token"]).status == 400
    assert clients.profile(others["access_token"], client="toko").data["name"]
    kinds = [fact.kind for fact in evidence_of(clients.world.table, clients.member.person_id)]
    assert kinds.count("SSO_CONSENT_WITHDRAWN") == 2


def test_a_code_on_its_way_is_taken_back_too(clients: Clients) -> None:
    clients.tokens()
    codes = [clients.consent(), clients.consent()]
    assert take_back(clients, "lpk").forms == []
    for code in codes:
        assert clients.token(code).code == "ERROAUTH4031"
    assert page(clients).forms == []


def test_a_code_that_was_never_fetched_is_shown_as_long_as_it_can_be(clients: Clients) -> None:
    clients.consent()
    assert len(page(clients).forms) == 1
    clients.world.clock.move(seconds=60)
    assert page(clients).forms == []


def test_the_oldest_grants_have_no_row_and_end_all_the_same(clients: Clients) -> None:
    code = clients.consent()
    tokens = clients.token(code).data
    (row,) = rows(clients)
    clients.world.table.forget(SSO_CONSENT, [{"pk": row["pk"], "sk": row["sk"]}])
    assert clients.token(code).status == 400
    assert clients.profile(tokens["access_token"]).status == 400
    assert page(clients).forms == []


def test_it_can_be_given_again(clients: Clients) -> None:
    clients.tokens()
    take_back(clients, "lpk")
    assert clients.profile(clients.tokens()["access_token"]).data["name"]


def test_the_same_form_again_changes_nothing(clients: Clients) -> None:
    clients.tokens()
    (form,) = page(clients).forms
    assert clients.who.submit(form).forms == []
    before = clients.world.items("programme"), evidence_of(clients.world.table, clients.member.person_id)
    assert clients.who.submit(form).forms == []
    assert (clients.world.items("programme"), evidence_of(clients.world.table, clients.member.person_id)) == before


def test_a_grant_that_ended_or_ran_out_is_not_listed(clients: Clients) -> None:
    code = clients.consent()
    clients.token(code)
    clients.token(code)  # a copy: what it led to has ended
    assert page(clients).forms == []
    clients.tokens()
    clients.world.clock.move(days=30)
    assert consents_of(clients.world.platform, person_id=clients.member.person_id) == ()


def test_a_row_that_outlives_its_grant_brings_nothing_to_life(clients: Clients) -> None:
    """The table removes what is over within days, in any order."""
    clients.tokens()
    (form,) = page(clients).forms
    (grant,) = grants(clients)
    clients.world.table.forget(SSO_GRANT, [{"pk": grant["pk"], "sk": grant["sk"]}])
    clients.who.submit(form)
    assert grants(clients) == []


@pytest.mark.parametrize("client", ["", "nobody", "a#b", "x" * 65, "LPK"])
def test_another_word_for_a_client_changes_nothing(clients: Clients, client: str) -> None:
    tokens = clients.tokens()
    (form,) = page(clients).forms
    assert len(clients.who.submit(form, client=client).forms) == 1
    assert clients.profile(tokens["access_token"]).data["name"]


def test_a_client_that_left_the_register_can_still_be_seen_and_stopped(clients: Clients) -> None:
    tokens = clients.tokens()
    clients.market.change_partner("lpk", suspended=True)
    assert take_back(clients, "lpk").forms == []
    clients.market.change_partner("lpk", suspended=False)
    assert clients.profile(tokens["access_token"]).status == 400


def test_who_is_not_signed_in_sees_nothing(clients: Clients) -> None:
    assert clients.site.visitor().open("/izin").path == "/masuk"


def test_the_row_holds_no_token(clients: Clients) -> None:
    clients.tokens()
    (row,) = rows(clients)
    assert set(row) == {"pk", "sk", "schema", "scopes", "created_at", "fetched", "expires_at"}
    assert SSO_CONSENT.parse(row)["client_code"] == "lpk"
