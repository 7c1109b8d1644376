"""Beside the journey: the office registers a partner, changes it, rotates its keys, keeps it out and lets it in again;
an institution puts a test code back to its start."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from prakerja.partners import PartnerKind, add_sign_key, register_partner
from prakerja.partners.service.registering import change_terms
from prakerja.partners.service.rotating import retire_sign_key
from prakerja.partners.service.suspending import RESUME, propose_resumption, resumption_parts, suspend_partner
from prakerja.partners.store import known_partner
from prakerja.platform.approvals import approve
from prakerja.training.service.testing import issue_test_codes
from tests.support.market import RING
from tests.support.scenarios import Step
from tests.support.scenarios_stage import Stage

CLERK, PARTNER = "op-1", "bkk"


def _register(stage: Stage) -> Any:
    shown = register_partner(
        stage.p,
        RING,
        client_code="lp_baru",
        name="Lembaga Baru",
        kind=PartnerKind.INSTITUTION,
        valid_from=date(2026, 1, 1),
        operator=CLERK,
        key="register-1",
    )
    assert shown in ("", *stage.ids.issued)
    return known_partner(stage.world.table, "lp_baru")


def _change(stage: Stage) -> Any:
    before = known_partner(stage.world.table, PARTNER)
    terms = replace(before.terms, name="Bina Karya", legacy_signature=False)
    return change_terms(stage.p, operator=CLERK, client_code=PARTNER, terms=terms, version=1, commission_cap=1500).terms


def _add_key(stage: Stage) -> Any:
    return add_sign_key(stage.p, RING, client_code=PARTNER, operator=CLERK, key="key-1")[0]


def _two_keys(stage: Stage) -> None:
    _add_key(stage)
    stage.memo.key_id = known_partner(stage.world.table, PARTNER).keys[1].key_id


def _retire(stage: Stage) -> Any:
    partner = retire_sign_key(stage.p, operator=CLERK, client_code=PARTNER, key_id=stage.memo.key_id)
    return [key.key_id for key in partner.keys]


def _suspend(stage: Stage) -> Any:
    return suspend_partner(stage.p, operator=CLERK, client_code=PARTNER, because="it teaches nothing").suspended


def _suspended(stage: Stage) -> None:
    _suspend(stage)


def _propose(stage: Stage) -> Any:
    approval = propose_resumption(stage.p, operator=CLERK, client_code=PARTNER)
    stage.memo.approval_id = approval.approval_id
    return approval


def _proposed(stage: Stage) -> None:
    _suspend(stage)
    _propose(stage)


def _resume(stage: Stage) -> Any:
    return approve(
        stage.p,
        operator=stage.operator("op-2"),
        approval_id=stage.memo.approval_id,
        announce={},
        at_once={RESUME: resumption_parts},
    )


def _issue(stage: Stage) -> Any:
    return issue_test_codes(stage.p, institution=stage.market.partner(PARTNER), operator=CLERK)


def _code_in_use(stage: Stage) -> None:
    stage.memo.test_code = {"redeem_code": _issue(stage)[0].redeem_code}
    assert stage.market.redeem(**stage.memo.test_code, partner=PARTNER)[0] == 200
    task = {**stage.memo.test_code, "scope": "tpm", "sequence": 1, "url_file": "https://files.example.test/a"}
    assert stage.market.call(PARTNER, "/tpm/submission", task)[0] == 200


def _reset(stage: Stage) -> Any:
    return stage.market.call(PARTNER, "/payment/redeem-code/reset", stage.memo.test_code)


PARTNERS = (
    Step("register partner", _register, aside=True),
    Step("change partner", _change, aside=True),
    Step("add sign key", _add_key, aside=True),
    Step("retire sign key", _retire, _two_keys, aside=True),
    Step("suspend partner", _suspend, aside=True),
    Step("propose resumption", _propose, _suspended, aside=True),
    Step("resume partner", _resume, _proposed, aside=True),
    Step("issue test codes", _issue, aside=True),
    Step("reset test code", _reset, _code_in_use, aside=True),
)
"""At any time."""
