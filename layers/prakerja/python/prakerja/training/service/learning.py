"""An institution looks at a code, uses it, hands in what a participant made, and gives feedback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from prakerja.partners import Partner, PartnerKind
from prakerja.platform import Platform
from prakerja.platform.observability import count
from prakerja.training.errors import NotRedeemed
from prakerja.training.learning_errors import TaskGraded
from prakerja.training.model.learning import begun_now, require_running
from prakerja.training.model.purchase import PurchaseState, RedeemCode, require_code
from prakerja.training.model.task import Task, TaskScope, decide_feedback, decide_submission
from prakerja.training.service.completing import record
from prakerja.training.service.moving import again_if_moved
from prakerja.training.store.learning import task_from_item, task_key, task_part
from prakerja.training.store.purchase import code_from_item, code_key, code_part, load_code


def look_at_code(*, institution: Partner, code: RedeemCode | None) -> RedeemCode:
    """A code of a course that this institution teaches. Raises CodeUnknown, CodeCancelled."""
    institution.require(PartnerKind.INSTITUTION)
    return require_code(code, institution.client_code)


def redeem(p: Platform, *, institution: Partner, code: RedeemCode | None) -> RedeemCode:
    """Use a code: the course begins. The same institution again gets the same answer.

    Raises CodeUnknown, CodeCancelled, CourseOver.
    """
    known = look_at_code(institution=institution, code=code)

    def attempt(is_repeat: bool) -> RedeemCode:
        # load (the first time, the code came with the partner)
        current = known
        if is_repeat:
            current = look_at_code(institution=institution, code=load_code(p.table, known.redeem_code))
        # decide
        if current.is_redeemed:
            return current
        now = p.clock.programme()
        require_running(current, now)
        after = replace(begun_now(current, now), version=current.version + 1)
        # commit
        p.table.commit(code_part(current, after))
        count("CodeRedeemed")
        return after

    return again_if_moved(attempt)


def submit_task(
    p: Platform,
    *,
    institution: Partner,
    code: RedeemCode | None,
    before: Task | None,
    scope: TaskScope,
    sequence: int,
    url_file: str,
    request: str,
) -> Task:
    """Hand in what a participant made, or hand it in anew until the course is completed. The same again is a repeat.

    ``request`` names the signed request. Raises CodeUnknown, CodeCancelled, CourseOver, NotRedeemed, TaskGraded.
    """

    def decide(current: RedeemCode, found: Task | None, now: datetime) -> Task:
        return decide_submission(found, Task(current.redeem_code, scope, sequence, url_file, now), request)

    return _change_task(p, institution, code, before, (scope, sequence), decide)


def give_feedback(
    p: Platform,
    *,
    institution: Partner,
    code: RedeemCode | None,
    before: Task | None,
    scope: TaskScope,
    sequence: int,
    notes: str,
    url_file: str,
    request: str,
) -> Task:
    """Give the trainer's feedback to a task, or correct it; the same again is a repeat. To a skill demonstration it is a
    proof, also if another file follows.

    ``request`` names the signed request. Raises CodeUnknown, CodeCancelled, CourseOver, NotRedeemed, TaskNotSubmitted, TaskGraded.
    """

    def decide(_: RedeemCode, found: Task | None, now: datetime) -> Task:
        return decide_feedback(found, notes=notes, url_file=url_file, request=request, now=now)

    return _change_task(p, institution, code, before, (scope, sequence), decide)


def _change_task(
    p: Platform,
    institution: Partner,
    code: RedeemCode | None,
    before: Task | None,
    which: tuple[TaskScope, int],
    decide: Callable[[RedeemCode, Task | None, datetime], Task],
) -> Task:
    known = look_at_code(institution=institution, code=code)

    def attempt(is_repeat: bool) -> Task:
        # load (the first time, code and task came with the partner)
        current, task = known, before
        if is_repeat:
            items = p.table.batch_get(code_key(known.redeem_code), task_key(known.redeem_code, *which))
            current = look_at_code(institution=institution, code=code_from_item(items[0]))
            task = task_from_item(items[1])
        # decide
        now = p.clock.programme()
        after = decide(current, task, now)
        if after is task:
            return after
        is_news = not after.says_as(task)
        if is_news:
            _require_open(current, task, now)
        # commit
        stored = task_part(task, after)
        if is_news and after.scope is TaskScope.UK and after.has_feedback:
            shown = replace(current, skill_shown=True, version=current.version + 1)
            record(p, current, shown, now, stored)
        else:
            p.table.commit(stored)
        return after

    return again_if_moved(attempt)


def _require_open(code: RedeemCode, task: Task | None, now: datetime) -> None:
    """May a task be stored that says something new? A test code asks for nothing."""
    require_running(code, now)
    if not code.is_redeemed and not code.is_test:
        raise NotRedeemed
    if code.state is PurchaseState.COMPLETED and task is not None and task.has_feedback:
        raise TaskGraded
