"""Log in with Prakerja, the endpoints: codes and tokens that are good once and for their owner, scopes that are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from prakerja.membership import change_membership
from prakerja.platform.evidence import evidence_of
from prakerja.sso.model import challenge_of
from tests.support.clients import ALL_SCOPES, BACK, FAILED, OAUTH, PROFILE, VERIFIER, Clients
from tests.support.market import CARD
from tests.support.people import plant_person, someone
from tests.support.world import World

EMPTY = {"dp_user_id": "", "email": "", "name": "", "no_prakerja": "", "phone_number": ""}


@pytest.fixture
def clients(world: World, monkeypatch: pytest.MonkeyPatch) -> Clients:
    return Clients(world, monkeypatch)


def test_the_whole_way(clients: Clients) -> None:
    address = clients.authorize().data["redirect_url"]
    page = clients.who.open(address.removeprefix("https://prakerja.test"))
    code = clients.who.submit(page.forms[0], button="izinkan").query["code"]
    data = clients.token(code).data
    assert list(data) == ["access_token", "expires_in", "refresh_token", "scope", "token_type"]
    assert {name: type(value) for name, value in data.items()} == dict.fromkeys(data, str)
    assert (data["scope"], data["token_type"]) == (ALL_SCOPES, "Bearer")
    in_an_hour = clients.world.clock.wall() + timedelta(hours=1)
    assert data["expires_in"] == str(int(in_an_hour.timestamp()))
    profile = clients.profile(data["access_token"]).data
    assert list(profile) == ["dp_user_id", "email", "name", "no_prakerja", "phone_number", "user_id"]
    who = clients.member
    assert {**profile, "user_id": ""} == {
        "dp_user_id": "",
        "email": who.email,
        "name": who.full_name,
        "no_prakerja": CARD,
        "phone_number": who.phone,
        "user_id": "",
    }
    after = clients.refresh(data["refresh_token"]).data
    assert after["access_token"] != data["access_token"]
    assert clients.profile(after["access_token"]).data == profile


# the address ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("signs", ["path", "path and query"])
def test_a_signed_request_for_the_address(clients: Clients, signs: str) -> None:
    address = clients.authorize(signs=signs).data["redirect_url"]
    assert address == (
        "https://prakerja.test/consent-sso?client_id=lpk&client_name=Lpk"
        "&login_uri=https%3A%2F%2Fkelas.example.test%2Fgagal&redirect_uri=https%3A%2F%2Fkelas.example.test%2Fmasuk"
        "&scope=name%20email%20prakerjaid%20notelp&state=af0ifjsldkj"
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_id": "toko"}, "ERROAUTH4029"),
        ({"redirect_uri": "https://evil.example/"}, "ERRSSO40002"),
        ({"scope": "nik"}, "ERRSSO40003"),
        ({"code_challenge": "x"}, "ERRSSO40004"),
        ({"state": "x" * 513}, "ERRSSO40005"),
        ({"redirect_uri": ""}, "ERRREQ40002"),
    ],
)
def test_addresses_that_are_refused(clients: Clients, changes: dict[str, str], code: str) -> None:
    assert clients.authorize(**changes).code == code


def test_a_partner_that_does_not_take_part(clients: Clients) -> None:
    assert clients.authorize("bkk").code == "ERRSSO40007"


def test_a_bad_signature_is_answered_like_an_unknown_client(clients: Clients) -> None:
    """And as the contract answers whoever it does not know: 400, although it says Unauthorized."""
    clients.market.keys["nobody"] = "x" * 40
    answers = [clients.authorize(key="y" * 40), clients.authorize("nobody")]
    assert [answer.status for answer in answers] == [400, 400]
    assert answers[0].body == answers[1].body == {"code": "ERROAUTH4024", "message": "Unauthorized", "success": False}


# who calls --------------------------------------------------------------------------------------------------------
Calls = Callable[[Clients, str], object]
CALLS: dict[str, Calls] = {
    "token": lambda clients, client: clients.call("POST", f"{OAUTH}/token", {"code": "x"}, client=client),
    "refresh": lambda clients, client: clients.call("POST", f"{OAUTH}/token/refresh", {"token": "x"}, client=client),
    "profile": lambda clients, client: clients.call("GET", PROFILE, client=client, authorization="x"),
}
call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@call
@pytest.mark.parametrize(
    ("client", "code"), [("", "ERROAUTH4024"), ("a b", "ERROAUTH4024"), ("nobody", "ERROAUTH4029")]
)
def test_clients_that_are_not_named_or_not_known(clients: Clients, call: Calls, client: str, code: str) -> None:
    assert call(clients, client).code == code  # type: ignore[attr-defined]


@call
@pytest.mark.parametrize("change", [{"suspended": True}, {"valid_until": "2020-12-31"}])
def test_suspension_counts_at_once(clients: Clients, call: Calls, change: dict[str, object]) -> None:
    tokens = clients.tokens()
    clients.market.change_partner("lpk", **change)
    assert call(clients, "lpk").code == "ERROAUTH4029"  # type: ignore[attr-defined]
    assert clients.profile(tokens["access_token"]).code == "ERROAUTH4029"


# codes ------------------------------------------------------------------------------------------------------------
def test_a_code_is_good_once_and_a_second_time_ends_what_it_led_to(clients: Clients) -> None:
    code = clients.consent()
    tokens = clients.token(code).data
    assert clients.profile(tokens["access_token"]).status == 200
    clients.world.clock.move(seconds=1)
    assert clients.token(code).code == "ERROAUTH4031"
    assert clients.profile(tokens["access_token"]).code == "ERROAUTH4030"
    assert clients.refresh(tokens["refresh_token"]).code == "ERRSSO40006"
    assert evidence_of(clients.world.table, clients.member.person_id)[0].kind == "SSO_CODE_REUSED"
    assert clients.token(code).code == "ERROAUTH4031"


@pytest.mark.parametrize(("seconds", "good"), [(59, True), (60, False), (3600, False)])
def test_a_code_is_good_for_a_minute(clients: Clients, seconds: int, good: bool) -> None:
    code = clients.consent()
    clients.world.clock.move(seconds=seconds)
    answer = clients.token(code)
    assert (answer.status == 200) is good
    if not good:
        assert answer.code == "ERROAUTH4031"


def test_a_code_is_good_for_its_client_only(clients: Clients) -> None:
    code = clients.consent("lpk")
    assert clients.token(code, client="toko").code == "ERROAUTH4031"
    assert clients.token(code, client="bkk").code == "ERROAUTH4031"
    assert clients.token(code).status == 200, "the attempt of another client has not spoilt it"


@pytest.mark.parametrize(("redirect", "status"), [(BACK, 200), (f"{BACK}?a=1", 400), (FAILED, 400)])
def test_a_redirect_that_is_repeated_must_be_the_same(clients: Clients, redirect: str, status: int) -> None:
    assert clients.token(clients.consent(), redirect_uri=redirect).status == status


@pytest.mark.parametrize("code", ["x", "x" * 43, "x" * 2048, "a#b", "é"])
def test_codes_that_never_were(clients: Clients, code: str) -> None:
    assert clients.token(code).code == "ERROAUTH4031"


@pytest.mark.parametrize("verifier", ["", "x" * 43, VERIFIER + "x", VERIFIER[:42], VERIFIER.upper()])
def test_a_code_bound_to_a_browser_needs_its_verifier(clients: Clients, verifier: str) -> None:
    code = clients.consent("toko")
    assert clients.token(code, client="toko", code_verifier=verifier).code == "ERROAUTH4031"
    assert clients.token(code, client="toko").status == 200


def test_a_verifier_without_a_challenge_means_that_somebody_took_it_away(clients: Clients) -> None:
    assert clients.token(clients.consent(), code_verifier=VERIFIER).code == "ERROAUTH4031"


def test_an_old_client_may_use_pkce(clients: Clients) -> None:
    code = clients.consent(code_challenge=challenge_of(VERIFIER), code_challenge_method="S256")
    assert clients.token(code).code == "ERROAUTH4031"
    assert clients.token(code, code_verifier=VERIFIER).status == 200


# refreshing -------------------------------------------------------------------------------------------------------
def test_a_refresh_token_is_good_once_with_a_minute_for_lost_answers(clients: Clients) -> None:
    first = clients.tokens()["refresh_token"]
    second = clients.refresh(first).data
    clients.world.clock.move(seconds=59)
    assert clients.refresh(first).data == second
    third = clients.refresh(second["refresh_token"]).data
    assert clients.refresh(first).code == "ERRSSO40006"
    for tokens in (second, third):
        assert clients.profile(tokens["access_token"]).code == "ERROAUTH4030"
        assert clients.refresh(tokens["refresh_token"]).code == "ERRSSO40006"
    assert evidence_of(clients.world.table, clients.member.person_id)[0].kind == "SSO_REFRESH_TOKEN_REUSED"


def test_after_that_minute_an_old_refresh_token_ends_the_grant(clients: Clients) -> None:
    first = clients.tokens()["refresh_token"]
    second = clients.refresh(first).data
    clients.world.clock.move(seconds=60)
    assert clients.refresh(first).code == "ERRSSO40006"
    assert clients.refresh(second["refresh_token"]).code == "ERRSSO40006"


def test_both_addresses_for_refreshing(clients: Clients) -> None:
    first = clients.tokens()["refresh_token"]
    second = clients.call("POST", f"{OAUTH}/token", {"token": first}).data
    assert clients.refresh(second["refresh_token"]).status == 200


def test_a_refresh_token_is_its_clients(clients: Clients) -> None:
    token = clients.tokens()["refresh_token"]
    assert clients.refresh(token, client="toko").code == "ERRSSO40006"
    assert clients.refresh(token).status == 200, "the attempt of another client has not spoilt it"


def test_refreshing_does_not_prolong_the_consent(clients: Clients) -> None:
    tokens = clients.tokens()
    for _ in range(29):
        clients.world.clock.move(days=1)
        tokens = clients.refresh(tokens["refresh_token"]).data
    clients.world.clock.move(hours=23, minutes=30)
    tokens = clients.refresh(tokens["refresh_token"]).data
    in_half_an_hour = clients.world.clock.wall() + timedelta(minutes=30)
    assert tokens["expires_in"] == str(int(in_half_an_hour.timestamp()))
    clients.world.clock.move(minutes=30)
    assert clients.refresh(tokens["refresh_token"]).code == "ERRSSO40006"
    assert clients.profile(tokens["access_token"]).code == "ERROAUTH4030"


# reading ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("scope", "field"),
    [("name", "name"), ("email", "email"), ("prakerjaid", "no_prakerja"), ("notelp", "phone_number")],
)
def test_nothing_is_read_outside_the_scope(clients: Clients, scope: str, field: str) -> None:
    tokens = clients.tokens(scope=scope)
    assert tokens["scope"] == scope
    profile = clients.profile(tokens["access_token"]).data
    assert {name: text for name, text in profile.items() if text} == {
        field: profile[field],
        "user_id": profile["user_id"],
    }
    assert profile[field]


def test_the_user_id_tells_clients_apart(clients: Clients) -> None:
    ids = [
        clients.profile(clients.tokens(client)["access_token"], client=client).data["user_id"]
        for client in ("lpk", "toko")
    ]
    assert len({*ids, clients.member.person_id}) == 3
    assert clients.profile(clients.tokens()["access_token"]).data["user_id"] == ids[0], "and stays the same"


def test_a_platform_reads_its_own_account_and_no_other(clients: Clients) -> None:
    accounts = {"toko": "u-77", "lapak": "secret"}
    clients.world.table.commit(change_membership(clients.member.person_id, set={"platform_accounts": accounts}))
    toko = clients.profile(clients.tokens("toko")["access_token"], client="toko").data
    lpk = clients.profile(clients.tokens("lpk")["access_token"]).data
    assert (toko["dp_user_id"], lpk["dp_user_id"]) == ("u-77", "")


@pytest.mark.parametrize("scheme", ["", "Bearer ", "bearer ", "BEARER  "])
def test_the_scheme_may_be_left_out(clients: Clients, scheme: str) -> None:
    assert clients.profile(scheme + clients.tokens()["access_token"]).status == 200


def test_access_tokens_that_are_not_good(clients: Clients) -> None:
    tokens = clients.tokens()
    access, refresh = tokens["access_token"], tokens["refresh_token"]
    spoilt = access[:-1] + ("A" if access[-1] != "A" else "B")
    for token in ("", "x", spoilt, refresh, access.replace(".1.", ".2."), f"Basic {access}", access + " x"):
        assert clients.profile(token).code == "ERROAUTH4030", token
    assert clients.profile(access, client="toko").code == "ERROAUTH4030"
    clients.world.clock.move(minutes=59, seconds=59)
    assert clients.profile(access).status == 200
    clients.world.clock.move(seconds=1)
    assert clients.profile(access).code == "ERROAUTH4030"
    assert clients.refresh(access).code == "ERRSSO40006"


def test_an_old_access_token_counts_for_a_minute_more(clients: Clients) -> None:
    tokens = clients.tokens()
    clients.refresh(tokens["refresh_token"])
    clients.world.clock.move(seconds=59)
    assert clients.profile(tokens["access_token"]).status == 200
    clients.world.clock.move(seconds=1)
    assert clients.profile(tokens["access_token"]).code == "ERROAUTH4030"


def test_what_is_not_known_of_a_person_is_empty(clients: Clients) -> None:
    newcomer = plant_person(clients.world, someone(9), verified=False)
    clients.who = clients.site.signed_in(newcomer.person_id)
    profile = clients.profile(clients.tokens()["access_token"]).data
    assert profile["no_prakerja"] == ""
    assert profile["email"] == newcomer.email
