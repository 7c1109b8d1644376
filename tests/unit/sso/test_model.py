"""Wishes, codes and grants, judged."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prakerja.partners import Partner, PartnerKind
from prakerja.platform.problems import Problem
from prakerja.sso.errors import ApplicationUnknown, CodeUnknown, ScopeUnknown, UserMissing, WishRefused
from prakerja.sso.model import (
    CODES_PER_FORM,
    Asked,
    Code,
    Exchange,
    Grant,
    Refresh,
    Scope,
    challenge_of,
    decide_exchange,
    decide_refresh,
    decide_wish,
    may_fail_to,
    require_access,
)
from prakerja.sso.tokens import SsoKeys, codes_from, grant_named_in

NOW = datetime(2026, 1, 15, 3, tzinfo=UTC)
TODAY = date(2026, 1, 15)
BACK = "https://a.test/back"
SECOND = timedelta(seconds=1)
PARTNER = Partner(
    client_code="a",
    name="A",
    kind=PartnerKind.INSTITUTION,
    keys=(),
    valid_from=date(2020, 1, 1),
    valid_until=None,
    sso_redirect_uris=(BACK,),
    sso_login_uris=("https://a.test/failed",),
)
ASKED = Asked(client_id="a", redirect_uri=BACK, scope="name")
CODE = Code("d" * 64, "a", "person-1", BACK, (Scope.NAME,), NOW)
GRANT = Grant(
    grant_id="00000000-0000-5000-8000-000000000001",
    client_code="a",
    person_id="person-1",
    scopes=(Scope.NAME,),
    created_at=NOW,
    rotated_at=NOW,
    generation=3,
)
KEYS = SsoKeys("a secret")


# wishes -----------------------------------------------------------------------------------------------------------
@given(st.lists(st.sampled_from([scope.value for scope in Scope]), min_size=1), st.sampled_from([" ", "  ", "\t"]))
def test_scopes_in_any_order_and_number(words: list[str], gap: str) -> None:
    wish = decide_wish(PARTNER, replace(ASKED, scope=gap.join(words)), TODAY)
    assert set(wish.scopes) == set(words)
    assert list(wish.scopes) == [scope for scope in Scope if scope in words]


@given(st.text(max_size=30))
def test_a_word_that_is_no_scope_spoils_the_wish(text: str) -> None:
    if not set(text.split()) <= {scope.value for scope in Scope}:
        with pytest.raises(ScopeUnknown):
            decide_wish(PARTNER, replace(ASKED, scope=f"name {text}"), TODAY)


@pytest.mark.parametrize(
    "partner",
    [
        None,
        replace(PARTNER, suspended=True),
        replace(PARTNER, valid_until=date(2026, 1, 14)),
        replace(PARTNER, sso_redirect_uris=()),
    ],
)
def test_partners_that_may_not(partner: Partner | None) -> None:
    asked = replace(ASKED, login_uri="https://a.test/failed")
    with pytest.raises(ApplicationUnknown):
        decide_wish(partner, asked, TODAY)
    assert may_fail_to(partner, asked, TODAY) is False
    assert may_fail_to(PARTNER, asked, TODAY) is True


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=600), st.text(max_size=50), st.text(max_size=8))
def test_whatever_is_asked_is_a_wish_or_refused(
    redirect: str, scope: str, state: str, challenge: str, method: str
) -> None:
    asked = Asked("a", redirect, "", scope, state, challenge, method)
    with suppress(WishRefused):
        assert decide_wish(PARTNER, asked, TODAY).redirect_uri == redirect


# codes ------------------------------------------------------------------------------------------------------------
def exchange(code: Code | None, **changes: object) -> Exchange:
    given: dict[str, object] = {"client_code": "a", "verifier": "", "redirect_uri": "", "now": NOW, **changes}
    return decide_exchange(code, **given)  # type: ignore[arg-type]


def test_a_code_is_good_until_its_minute_is_over() -> None:
    assert exchange(CODE, now=NOW + 60 * SECOND - timedelta(microseconds=1)) is Exchange.GOOD
    for moment in (NOW + 60 * SECOND, NOW - SECOND):
        with pytest.raises(CodeUnknown):
            exchange(CODE, now=moment)


def test_a_code_that_was_used_is_told_even_when_it_is_old() -> None:
    used = replace(CODE, used_at=NOW, grant_id="g")
    assert exchange(used, now=NOW + timedelta(hours=5)) is Exchange.REUSED


@pytest.mark.parametrize("changes", [{"client_code": "b"}, {"redirect_uri": BACK + "?x"}, {"verifier": "v" * 43}])
@pytest.mark.parametrize("used_at", [None, NOW])
def test_only_whoever_could_use_a_code_learns_or_ends_anything(
    changes: dict[str, object], used_at: datetime | None
) -> None:
    with pytest.raises(CodeUnknown):
        exchange(replace(CODE, used_at=used_at), **changes)


@given(st.from_regex(r"[A-Za-z0-9._~-]{43,128}", fullmatch=True), st.text(max_size=130))
def test_a_verifier_fits_its_own_challenge_only(verifier: str, other: str) -> None:
    bound = replace(CODE, challenge=challenge_of(verifier))
    assert exchange(bound, verifier=verifier) is Exchange.GOOD
    if other != verifier:
        with pytest.raises(CodeUnknown):
            exchange(bound, verifier=other)


def test_the_challenge_of_rfc_7636() -> None:
    """Appendix B."""
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


# grants -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("generation", "after", "verdict"),
    [
        (3, 0, Refresh.ROTATE),
        (3, 29 * 86_400, Refresh.ROTATE),
        (3, 30 * 86_400, Refresh.OVER),
        (2, 59, Refresh.SAME_SUCCESSOR),
        (2, 60, Refresh.REUSED),
        (1, 0, Refresh.REUSED),
        (4, 0, Refresh.OVER),
    ],
)
def test_refreshing(generation: int, after: int, verdict: Refresh) -> None:
    now = NOW + after * SECOND
    assert decide_refresh(GRANT, generation=generation, client_code="a", now=now) is verdict
    assert decide_refresh(GRANT, generation=generation, client_code="b", now=now) is Refresh.OVER
    assert decide_refresh(replace(GRANT, ended_at=NOW), generation=generation, client_code="a", now=now) is Refresh.OVER


@pytest.mark.parametrize(
    ("generation", "after", "good"),
    [(3, 3599, True), (3, 3600, False), (2, 59, True), (2, 60, False), (1, 0, False), (4, 0, False)],
)
def test_reading(generation: int, after: int, good: bool) -> None:
    now = NOW + after * SECOND
    if good:
        assert require_access(GRANT, generation=generation, client_code="a", now=now) == GRANT
    else:
        with pytest.raises(UserMissing):
            require_access(GRANT, generation=generation, client_code="a", now=now)


# tokens -----------------------------------------------------------------------------------------------------------
def test_tokens_read_back_and_are_told_apart() -> None:
    access, refresh = KEYS.access_token(GRANT), KEYS.refresh_token(GRANT)
    assert KEYS.read_access(access) == KEYS.read_refresh(refresh) == (GRANT.grant_id, 3)
    assert grant_named_in(access) == GRANT.grant_id
    for read, token in (
        (KEYS.read_access, refresh),
        (KEYS.read_refresh, access),
        (SsoKeys("another").read_access, access),
    ):
        with pytest.raises(Problem):
            read(token)


@given(st.integers(0, 81), st.characters())
def test_a_token_with_one_character_changed(place: int, other: str) -> None:
    token = KEYS.access_token(GRANT)
    spoilt = token[:place] + other + token[place + 1 :]
    if spoilt != token:
        with pytest.raises(UserMissing):
            KEYS.read_access(spoilt)


def test_codes_of_other_people_clients_and_forms_differ() -> None:
    of_forms = [
        codes_from(secret, person, client, key) for secret in "ab" for person in "cd" for client in "ef" for key in "gh"
    ]
    codes = {code for of_form in of_forms for code in of_form}
    assert len(codes) == 16 * CODES_PER_FORM
    assert all(len(code) == 43 for code in codes)
