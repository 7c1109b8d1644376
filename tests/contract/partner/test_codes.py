"""Every problem that a partner can meet has a code of its own, in the pattern of the known ones."""

from __future__ import annotations

import re

from docs.discover import problems
from docs.partner_errors import code_rows
from functions.partner_api.codes import CODES, code_of
from prakerja.platform.problems import Problem
from tests.contract.partner.reachable import problems_of_the_partner_api

PUBLISHED = {
    "ERRPLT40036": "course-not-named",
    "ERRPLT40028": "transaction-already-void",
    "ERRVOD40001": "transaction-not-found",
    "ERROAUTH4024": "sso-client-missing",
    "ERROAUTH4029": "sso-client-unknown",
    "ERROAUTH4030": "sso-user-missing",
}
FAMILY = {
    "malformed-body": "malformed-request: the sentence says what is wrong",
    "invalid-fields": "invalid-input: the sentence names the fields",
    "wrong-partner-kind": "not-allowed: the sentence names the kind",
    "too-many-payment-codes": "too-many: the sentence tells the limits",
    "balance-changed": "conflict: told only when a race was lost many times over",
    "membership-changed": "conflict: the same",
    "sso-rotated": "conflict: the same",
    "scheme-unknown": "a scheme that is gone would be a mistake of ours",
    "commission-too-high": "operators only: a partner's terms are checked by a method of its class",
    "contract-ends-first": "operators only",
    "precondition-failed": "operators only",
}
"""Told with the code of their family, or not at all, and why."""


def test_every_problem_that_a_partner_can_meet_has_a_code() -> None:
    met = {problem.slug for problem in problems_of_the_partner_api() if "slug" in vars(problem)}
    assert len(met) > 50
    assert met - CODES.keys() == FAMILY.keys()


def test_no_code_is_for_what_nobody_can_meet() -> None:
    slugs = {problem.slug for problem in problems_of_the_partner_api()} | {Problem.slug}
    assert set(CODES) <= slugs


def test_codes_are_different_and_say_their_status() -> None:
    codes = [row.code for row in CODES.values()]
    assert len(set(codes)) == len(codes)
    for row in CODES.values():
        assert re.fullmatch(rf"ERR(?!OAUTH)[A-Z]{{3}}{row.status}\d\d|ERROAUTH{row.status // 10}\d\d", row.code), row


def test_published_codes_keep_their_meaning() -> None:
    assert {CODES[slug].code: slug for slug in PUBLISHED.values()} == PUBLISHED


def test_business_refusals_are_400_and_nothing_else_is() -> None:
    for problem in problems():
        row = code_of(problem)
        assert row.status in (400, 401, 404, 405, 413, 429, 500, 503)
        if row.code.startswith("ERRTRX"):
            assert row.status == 400


def test_every_code_has_a_sentence_for_people_and_something_to_do() -> None:
    for code, _, message, when, todo in code_rows():
        assert all((message, when, todo)), code
