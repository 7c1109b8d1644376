"""Ani lets an institution read her name: every command on the way, each beside the journey."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from prakerja.sso.model import Asked
from prakerja.sso.service.asking import give_consent
from prakerja.sso.service.withdrawing import consents_of, withdraw_consent
from tests.support.clients import BACK, OAUTH, PROFILE, ask_as_client, take_part
from tests.support.scenarios import Step
from tests.support.scenarios_stage import Stage

REUSED = {"ignores": frozenset({"ended_at", "end_reason"}), "may_record": frozenset({"SSO_CODE_REUSED"})}
"""A code that comes a second time ends what it led to; nothing else may differ."""


def _take_part(stage: Stage) -> None:
    take_part(stage.world, "lpk")


def _consent(stage: Stage) -> Any:
    asked = Asked(client_id="lpk", redirect_uri=BACK, scope="name prakerjaid", state="s-1")
    address = give_consent(
        stage.p, "FORM_SECRET for tests", person_id=stage.memo.person_id, asked=asked, key="form-of-ani"
    )
    assert address is not None
    stage.memo.sso_code = parse_qs(urlsplit(address).query)["code"][0]
    return address


def _exchange(stage: Stage) -> Any:
    answer = ask_as_client("POST", f"{OAUTH}/token", {"code": stage.memo.sso_code})
    if answer.status == 200:
        stage.memo.sso_tokens = answer.data
    return answer.body


def _refresh(stage: Stage) -> Any:
    return ask_as_client("POST", f"{OAUTH}/token/refresh", {"token": stage.memo.sso_tokens["refresh_token"]}).data


def _read(stage: Stage) -> Any:
    return ask_as_client("GET", PROFILE, authorization=stage.memo.sso_tokens["access_token"]).data


def _withdraw(stage: Stage) -> Any:
    withdraw_consent(stage.p, person_id=stage.memo.person_id, client_code="lpk")
    profile = ask_as_client("GET", PROFILE, authorization=stage.memo.sso_tokens["access_token"])
    return profile.code, consents_of(stage.p, person_id=stage.memo.person_id)


def _agreed(stage: Stage) -> None:
    _take_part(stage)
    _consent(stage)


def _with_tokens(stage: Stage) -> None:
    _agreed(stage)
    _exchange(stage)


SSO = (
    Step("give consent", _consent, _take_part, aside=True),
    Step("exchange code", _exchange, _agreed, refusal="ERROAUTH4031", aside=True, **REUSED),  # type: ignore[arg-type]
    Step("refresh grant", _refresh, _with_tokens, aside=True),
    Step("read profile", _read, _with_tokens, aside=True),
    Step("withdraw consent", _withdraw, _with_tokens, aside=True),
)
