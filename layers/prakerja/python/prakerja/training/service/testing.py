"""Test codes of an institution: issued once, put back to their start as often as it likes."""

from __future__ import annotations

from dataclasses import replace

from prakerja.partners import Partner, PartnerKind
from prakerja.platform import Platform
from prakerja.platform.evidence import evidence
from prakerja.training.errors import CodeUnknown
from prakerja.training.model.purchase import TEST_PREFIX, RedeemCode
from prakerja.training.model.testing import CASES, at_start, require_trial, trial_code
from prakerja.training.service.learning import look_at_code
from prakerja.training.service.moving import again_if_moved
from prakerja.training.store.learning import tasks_of
from prakerja.training.store.purchase import load_code
from prakerja.training.store.testing import new_trial_codes, no_task_parts, start_over_part, trial_codes_of

LENGTH = 6
AT_ONCE = 90
"""Tasks forgotten in one transaction."""


def issue_test_codes(p: Platform, *, institution: Partner, operator: str) -> list[RedeemCode]:
    """The institution's test codes, one of each case; issued when first asked for. Raises WrongPartnerKind."""
    institution.require(PartnerKind.INSTITUTION)
    client_code = institution.client_code

    def attempt(_: bool) -> list[RedeemCode]:
        # load
        if known := trial_codes_of(p.table, client_code):
            return known
        # decide
        now = p.clock.programme()
        codes = [
            trial_code(
                case,
                TEST_PREFIX + p.ids.code(LENGTH),
                institution=client_code,
                institution_name=institution.name,
                now=now,
            )
            for case in CASES
        ]
        # commit
        p.table.commit(
            *new_trial_codes(client_code, codes),
            evidence(client_code, "TEST_CODES_ISSUED", p.clock.wall(), by=operator, codes=len(codes)),
        )
        return codes

    return again_if_moved(attempt)


def reset_code(p: Platform, *, institution: Partner, code: RedeemCode | None, request: str) -> RedeemCode:
    """Put one of its own test codes back to its start, and forget the tasks that were handed in with it.

    ``request`` names the signed request: if it comes late a second time, it changes nothing of what was done since.
    Raises CodeUnknown, NotATestCode.
    """
    known = require_trial(look_at_code(institution=institution, code=code))

    def attempt(is_repeat: bool) -> RedeemCode:
        # load (the first time, the code came with the partner)
        current = load_code(p.table, known.redeem_code) if is_repeat else known
        if current is None:
            raise CodeUnknown
        start = at_start(current)
        if current.reset_by == request:
            return start
        tasks = tasks_of(p.table, current.redeem_code)
        # decide
        after = replace(start, version=current.version + 1, reset_by=request)
        # commit
        p.table.commit(start_over_part(current, after), *no_task_parts(tasks[:AT_ONCE]))
        while len(tasks) > AT_ONCE and (tasks := tasks_of(p.table, current.redeem_code)):
            p.table.commit(*no_task_parts(tasks[:AT_ONCE]))
        return after

    return again_if_moved(attempt)
