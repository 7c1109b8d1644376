"""Test codes: which ones an institution has, and how one is put back to its start."""

from __future__ import annotations

from collections.abc import Sequence

from boto3.dynamodb.conditions import Attr

from prakerja.platform.access_patterns import REDEEM_CODE, SUBMISSION, TEST_CODES
from prakerja.platform.parts import Part, delete, put, put_new
from prakerja.platform.records import item_of
from prakerja.platform.table import Table
from prakerja.training.model.purchase import RedeemCode
from prakerja.training.model.task import Task
from prakerja.training.store.moved import Moved
from prakerja.training.store.purchase import code_from_item, code_key


def trial_codes_of(table: Table, client_code: str) -> list[RedeemCode]:
    """An institution's test codes, in the order of their cases; none if none were issued."""
    item = table.get(TEST_CODES, client_code=client_code)
    found = table.batch_get(*map(code_key, item["codes"])) if item else []
    return [code for each in found if (code := code_from_item(each))]


def new_trial_codes(client_code: str, codes: Sequence[RedeemCode]) -> tuple[Part, ...]:
    """Issue them, once. Error: Moved, also in the unlikely case that a code exists."""
    names = {"codes": [code.redeem_code for code in codes]}
    return (
        put_new(TEST_CODES, names, error=Moved(), client_code=client_code),
        *(put_new(REDEEM_CODE, item_of(code), error=Moved(), redeem_code=code.redeem_code) for code in codes),
    )


def start_over_part(before: RedeemCode, after: RedeemCode) -> Part:
    """Put a test code back, if it is as it was read. Error: Moved."""
    return put(
        REDEEM_CODE,
        item_of(after),
        when=Attr("version").eq(before.version),
        error=Moved(),
        redeem_code=before.redeem_code,
    )


def no_task_parts(tasks: Sequence[Task]) -> tuple[Part, ...]:
    """Forget what was handed in."""
    return tuple(
        delete(SUBMISSION, redeem_code=task.redeem_code, scope=task.scope, sequence=task.sequence) for task in tasks
    )
