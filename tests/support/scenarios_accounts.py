"""Beside the journey: Ani changes where she is paid, and people work on a case about her payout."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from prakerja import wiring
from prakerja.balance import PayoutMove
from prakerja.cases.messages import ClearingApproved
from prakerja.cases.model import Outcome, Verdict
from prakerja.cases.service import note_case, propose_clearing, resolve_case, take_case
from prakerja.payouts.destination import linked, subject_of
from prakerja.payouts.messages import AccountReady
from prakerja.payouts.model import Waits
from prakerja.payouts.service import cancel_change, link_account, unlink
from prakerja.payouts.store import change_account, load_account
from prakerja.payouts.store.reconciliations import booked_once
from prakerja.platform.clock import wib_date
from prakerja.platform.findings import CaseNeeded, FindingKind, finding
from prakerja.registration.service.confirming import resend_confirmation, start_confirmation, verify_confirmation
from tests.support.scenarios import Step, aside, delivery
from tests.support.scenarios_outside import PROVIDER
from tests.support.scenarios_people import ANI, CODE, CODE_KEY, sweep
from tests.support.scenarios_stage import Stage
from tests.support.scenarios_waves import agree

MARY = "op-mary"
SHARED = FindingKind.DESTINATION_SHARED.value


# the other channel ----------------------------------------------------------------------------------------------------
def _who(stage: Stage) -> dict[str, str]:
    return {"person_id": stage.memo.person_id, "session_id": stage.memo.session.session_id}


def _ask(stage: Stage) -> Any:
    challenge = start_confirmation(stage.p, **_who(stage), key="confirm-1")
    stage.memo.challenge_id = challenge.challenge_id
    return challenge.challenge_id, challenge.channel


def _ask_again(stage: Stage) -> Any:
    who = {"session_id": stage.memo.session.session_id, "challenge_id": stage.memo.challenge_id}
    return resend_confirmation(stage.p, **who, key="resend-1").resend


def _asked(stage: Stage) -> None:
    stage.clock.move(minutes=2)
    _ask(stage)
    stage.relay()
    stage.work(stage.take(CODE))
    stage.memo.code = stage.code(ANI.email)


def _asked_long_ago(stage: Stage) -> None:
    _asked(stage)
    stage.clock.move(minutes=2)


def _give_back(stage: Stage) -> Any:
    memo = stage.memo
    challenge = verify_confirmation(stage.p, CODE_KEY, **_who(stage), challenge_id=memo.challenge_id, code=memo.code)
    return challenge.challenge_id


# the account ----------------------------------------------------------------------------------------------------------
def _confirmed(stage: Stage) -> None:
    unlink(stage.p, person_id=stage.memo.person_id)
    _asked(stage)
    _give_back(stage)


def _link(stage: Stage) -> Any:
    number = ANI.phone.lstrip("+")
    what = {"provider": PROVIDER, "number": number, "confirmation_id": stage.memo.challenge_id}
    account = link_account(stage.p, wiring.providers(), **_who(stage), **what)
    return account.provider, account.payable_from


def _changed(stage: Stage) -> None:
    """As if Ani's account had taken the place of one that was just like it."""
    before = load_account(stage.world.table, stage.memo.person_id)
    assert before is not None
    after = linked(before, before, confirmation_id="c", now=stage.clock.wall())
    stage.world.table.commit(change_account(before, after))


def _cooled(stage: Stage) -> None:
    _changed(stage)
    stage.clock.move(hours=73)
    stage.relay()
    stage.waiting.clear()


def _ready(stage: Stage) -> None:
    _cooled(stage)
    stage.world.table.commit(outbox=[AccountReady(person_id=stage.memo.person_id)])


def _cancel(stage: Stage) -> Any:
    account = cancel_change(stage.p, person_id=stage.memo.person_id, key="cancel-1")
    return account.provider, account.payable_from


# cases ----------------------------------------------------------------------------------------------------------------
def _shared(stage: Stage) -> CaseNeeded:
    account = load_account(stage.world.table, stage.memo.person_id)
    assert account is not None
    subject = subject_of(account.person_id, account.digest)
    return finding(FindingKind.DESTINATION_SHARED, subject, account.person_id, member_1="another")


def _found(stage: Stage) -> None:
    stage.world.table.commit(outbox=[_shared(stage)])


def _found_again(stage: Stage) -> None:
    _opened(stage)
    again = _shared(stage).model_copy(update={"facts": {"member_1": "yet another"}})
    stage.world.table.commit(outbox=[again])


def _found_after_all(stage: Stage) -> None:
    _taken(stage)
    _resolve(stage)
    again = _shared(stage).model_copy(update={"facts": {"member_1": "yet another"}})
    stage.world.table.commit(outbox=[again])


def _opened(stage: Stage) -> None:
    stage.memo.case_id = _shared(stage).case_id
    _found(stage)
    stage.relay()
    stage.work(stage.take(CaseNeeded.topic, SHARED))


def _taken(stage: Stage) -> None:
    account = load_account(stage.world.table, stage.memo.person_id)
    assert account is not None
    _opened(stage)
    waiting = replace(account, waits_for=Waits.SHARED, version=account.version + 1)
    stage.world.table.commit(change_account(account, waiting))
    _take(stage)


def _take(stage: Stage) -> Any:
    return take_case(stage.p, operator=MARY, case_id=stage.memo.case_id, version=1).version


def _note(stage: Stage) -> Any:
    case = {"case_id": stage.memo.case_id, "version": 1}
    return note_case(stage.p, operator=MARY, **case, text="Both live in one house.", key="note-1").version


def _resolve(stage: Stage) -> Any:
    why = "One family, one account; both came in person."
    case = {"operator": MARY, "case_id": stage.memo.case_id}
    return resolve_case(stage.p, **case, verdict=Verdict.ACCEPTED, why=why, version=2).state


def _suspended(stage: Stage) -> None:
    """A case about money in suspense, taken."""
    day = wib_date(stage.clock.programme())
    booked = booked_once(PayoutMove.SUSPEND, PROVIDER, day, "row-1", 5_000, stage.clock.programme())
    found = finding(FindingKind.THEIRS_NOT_OURS, "row-1", None, provider=PROVIDER, day=day.isoformat())
    stage.world.table.commit(*booked, outbox=[found])
    stage.memo.case_id = found.case_id
    stage.relay()
    stage.work(stage.take(CaseNeeded.topic, FindingKind.THEIRS_NOT_OURS.value))
    _take(stage)


def _propose(stage: Stage) -> Any:
    proof: dict[str, Any] = {"outcome": Outcome.RETURNED, "evidence_reference": "letter BNI 12/2026"}
    case: dict[str, Any] = {"operator": MARY, "case_id": stage.memo.case_id, "version": 2}
    approval = propose_clearing(stage.p, **case, **proof)
    stage.memo.approval_id = approval.approval_id
    return approval


def _agreed(stage: Stage) -> None:
    _suspended(stage)
    _propose(stage)
    agree(stage)


def _sharing(_: Stage) -> str:
    return SHARED


def _ani(stage: Stage) -> str:
    return str(stage.memo.person_id)


ACCOUNT = (
    Step("start confirmation", _ask, aside=True),
    Step("resend confirmation", _ask_again, _asked_long_ago, aside=True),
    Step("verify confirmation", _give_back, _asked, aside=True),
    Step("link another account", _link, _confirmed, aside=True),
    Step("cancel change", _cancel, _changed, aside=True),
    Step("unlink account", lambda s: unlink(s.p, person_id=_ani(s)), _changed, aside=True),
    Step("sweep due: account", sweep, _cooled, aside=True),
    aside(delivery("account ready", AccountReady.topic, before=_ready, of=_ani)),
)
CASE = (
    aside(delivery("open case", CaseNeeded.topic, before=_found, of=_sharing)),
    aside(delivery("open case: found again", CaseNeeded.topic, before=_found_again, of=_sharing)),
    aside(delivery("open case: resolved before", CaseNeeded.topic, before=_found_after_all, of=_sharing)),
    Step("take case", _take, _opened, aside=True),
    Step("note case", _note, _opened, aside=True),
    Step("resolve case", _resolve, _taken, aside=True),
    Step("propose clearing", _propose, _suspended, aside=True),
    aside(delivery("clear case", ClearingApproved.topic, before=_agreed)),
)
