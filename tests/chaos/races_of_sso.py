"""Races about log in with Prakerja: a code is good once, a refresh token has one successor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from prakerja.sso.model import Asked
from prakerja.sso.service.asking import give_consent
from prakerja.sso.service.withdrawing import consents_of, withdraw_consent
from prakerja.sso.store import load_grant
from prakerja.sso.tokens import digest_of
from tests.chaos.races import Contender, Judge, Race, one, person
from tests.support.clients import BACK, OAUTH, PROFILE, Answer, ask_as_client, take_part
from tests.support.people import plant_person
from tests.support.scenarios_stage import Stage


def _code(stage: Stage, number: int) -> str:
    """The code of somebody who has just agreed."""
    take_part(stage.world, "lpk")
    who = plant_person(stage.world, person(number))
    asked = Asked(client_id="lpk", redirect_uri=BACK, scope="name")
    address = give_consent(stage.p, "a key of forms", person_id=who.person_id, asked=asked, key=f"form-{number}")
    assert address is not None
    return parse_qs(urlsplit(address).query)["code"][0]


def _exchange(code: str) -> Answer:
    return ask_as_client("POST", f"{OAUTH}/token", {"code": code})


def _refresh(token: str) -> Answer:
    return ask_as_client("POST", f"{OAUTH}/token/refresh", {"token": token})


def one_code_two_exchanges(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    code = _code(stage, number)

    def judge(answers: Sequence[Any]) -> None:
        one(answers, lambda answer: bool(answer.status == 200))
        assert sorted(answer.body.get("code", "tokens") for answer in answers) == ["ERROAUTH4031", "tokens"]
        grant = load_grant(stage.world.table, stage.p.ids.of("sso-grant", digest_of(code)))
        assert grant is not None
        assert grant.generation == 1
        assert grant.ended_at is not None, "somebody may hold a copy of the code"
        (winner,) = [answer.data for answer in answers if answer.status == 200]
        assert ask_as_client("GET", PROFILE, authorization=winner["access_token"]).status == 400

    return [lambda: _exchange(code), lambda: _exchange(code)], judge


def one_refresh_token_two_refreshes(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    tokens = _exchange(_code(stage, number)).data

    def judge(answers: Sequence[Any]) -> None:
        first, second = answers
        assert first.data == second.data != tokens
        assert ask_as_client("GET", PROFILE, authorization=first.data["access_token"]).data["name"]

    return [lambda: _refresh(tokens["refresh_token"]), lambda: _refresh(tokens["refresh_token"])], judge


def taken_back_while_refreshed(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """Whoever comes first: afterwards the client reads nothing."""
    tokens = _exchange(_code(stage, number)).data
    who = person(number).person_id

    def judge(answers: Sequence[Any]) -> None:
        _, refreshed = answers
        latest = refreshed.data if refreshed.status == 200 else tokens
        assert ask_as_client("GET", PROFILE, authorization=latest["access_token"]).status == 400
        assert _refresh(latest["refresh_token"]).status == 400
        assert consents_of(stage.p, person_id=who) == ()

    return [
        lambda: withdraw_consent(stage.p, person_id=who, client_code="lpk"),
        lambda: _refresh(tokens["refresh_token"]),
    ], judge


def taken_back_while_exchanged(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    code, who = _code(stage, number), person(number).person_id

    def judge(answers: Sequence[Any]) -> None:
        _, exchanged = answers
        if exchanged.status == 200:
            assert ask_as_client("GET", PROFILE, authorization=exchanged.data["access_token"]).status == 400
        assert consents_of(stage.p, person_id=who) == ()

    return [lambda: withdraw_consent(stage.p, person_id=who, client_code="lpk"), lambda: _exchange(code)], judge


SSO = (
    Race("one code of log in with Prakerja, two exchanges", one_code_two_exchanges),
    Race("one refresh token of a client, used twice", one_refresh_token_two_refreshes),
    Race("a consent taken back while its code is exchanged", taken_back_while_exchanged),
    Race("a consent taken back while its client refreshes", taken_back_while_refreshed),
)
