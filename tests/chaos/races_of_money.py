"""Races in which many become members or somebody is paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from functions.operator_api.routes_approvals import ANNOUNCED, AT_ONCE
from prakerja import wiring
from prakerja.incentives import JOB_SEARCH, Incentive, IncentiveState, claims_of, incentives_of
from prakerja.incentives.store import earned
from prakerja.membership import RevocationReason
from prakerja.membership.messages import MembershipRevoked
from prakerja.membership.service import propose_revocation, revoke
from prakerja.payouts.messages import PayoutQueued, RunApproved, RunStarted, ShardReleased
from prakerja.payouts.runs import RunState
from prakerja.payouts.service import propose_release, start_run
from prakerja.payouts.store import load_run
from prakerja.platform.access_patterns import BALANCE, MEMBERSHIP, WAVE
from prakerja.platform.approvals import Approval, approve, approved_parts, load_approval, propose
from prakerja.platform.clock import to_text, wib_date
from prakerja.platform.parts import update
from prakerja.platform.problems import Problem
from prakerja.waves import Application, WaveDraft, WaveState, published, service
from prakerja.waves.annulling import propose_annulment
from prakerja.waves.decreeing import decree_slice, plan_decree
from prakerja.waves.draw import Outcome, Result
from prakerja.waves.model import AnnulReason
from prakerja.waves.store import load_wave, new_application, roster_shard
from tests.chaos.races import Contender, Judge, Race, one, person
from tests.support.outside import Runs
from tests.support.people import Someone, plant_account, plant_member, plant_person
from tests.support.scenarios_outside import PROVIDER
from tests.support.scenarios_payouts import AMOUNT, payout_of
from tests.support.scenarios_stage import FEW, Queued, Stage


def _drawn(stage: Stage, number: int, chosen: Sequence[Someone]) -> str:
    """A wave that two operators decreed, whose published result selects these people, all in one roster shard."""
    now = stage.clock.programme()
    draft = WaveDraft(1000 + number, len(chosen), 0, now, now + timedelta(hours=1), "NORMAL_2023", 1)
    wave_id = service.create_wave(stage.p, operator="op-1", draft=draft, key=f"race-{number}").wave_id
    lines = []
    for rank, who in enumerate(chosen, start=1):
        plant_person(stage.world, who)
        ids = (stage.p.ids.of("race", who.person_id, str(at)) for at in range(100))
        application_id = next(made for made in ids if roster_shard(made) == "00")
        stage.world.table.commit(*new_application(Application(wave_id, who.person_id, application_id, now)))
        lines.append(published.outcome_line(application_id, Outcome(Result.SELECTED, "GENERAL", rank)))
    result = _publish(wave_id, lines)
    approval = Approval(f"decree-{number}", service.DECREE, wave_id, result, "op-1", to_text(now), content={})
    agreed = replace(approval, approved_by="op-2", approved_at=to_text(now))
    stage.world.table.commit(*propose(approval))
    stage.world.table.commit(*approved_parts(agreed))
    decreeing = {"state": "DECREEING", "result_hash": result, "approval_id": approval.approval_id}
    stage.world.table.commit(update(WAVE, set=decreeing, wave_id=wave_id))
    return wave_id


def _publish(wave_id: str, lines: Sequence[bytes]) -> str:
    """Publish results, all in the first shard, and the manifest that names them; the manifest's hash."""
    names = [published.shard_name("results", shard) for shard in range(FEW)]
    files = {name: published.shard_file(name, [] if at else lines) for at, name in enumerate(names)}
    listed = {name: (len(content), sha256(content).hexdigest()) for name, content in files.items()}
    files[published.MANIFEST] = published.manifest_file(wave_id, listed)
    for name, content in files.items():
        wiring.archive().put_once(f"waves/{wave_id}/published/{name}", content)
    return sha256(files[published.MANIFEST]).hexdigest()


def _members(stage: Stage, people: Sequence[Someone]) -> list[Someone]:
    return [who for who in people if stage.world.table.get(MEMBERSHIP, person_id=who.person_id)]


def one_family_card_three_members(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    siblings = [person(number, which, family=8000 + number % 900) for which in (0, 1, 2)]
    waves = [_drawn(stage, 10 * number + which, [sibling]) for which, sibling in enumerate(siblings)]

    def judge(answers: Sequence[Any]) -> None:
        assert list(answers) == [None, None, None]
        assert len(_members(stage, siblings)) == 2
        states = [
            service.load_application(stage.p, person_id=who.person_id, wave_id=wave_id)[1]
            for who, wave_id in zip(siblings, waves, strict=True)
        ]
        one(states, lambda application: application.reason == "FAMILY_CAP")
        assert sum(application.state == "DECREED" for application in states) == 2

    return [lambda w=wave_id: _slice(stage, w) for wave_id in waves], judge  # type: ignore[misc]


def one_slice_two_workers(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    chosen = [person(number, which) for which in (0, 1)]
    wave_id = _drawn(stage, 10 * number, chosen)

    def judge(answers: Sequence[Any]) -> None:
        assert list(answers) == [None, None]
        assert _members(stage, chosen) == chosen
        for who in chosen:
            balance = stage.world.table.get(BALANCE, person_id=who.person_id)
            assert balance is not None
            assert balance["granted"] == balance["available"] == 3_500_000
            mine = [
                item for item in stage.world.items("programme") if item.get("reference") == f"{wave_id}:{who.person_id}"
            ]
            assert len(mine) == 1, "one transfer"
            cards = [item for item in stage.world.items("programme") if item.get("person_id") == who.person_id]
            assert sum(item["sk"] == "CARD" for item in cards) == 1
            assert sum(m.body.get("person_id") == who.person_id for m in stage.world.messages()) == 1

    return [lambda: _slice(stage, wave_id)] * 2, judge


def one_wave_decreed_and_annulled(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    chosen = [person(number)]
    wave_id = _drawn(stage, 10 * number, chosen)
    stage.world.table.commit(update(WAVE, set={"state": "DRAWN"}, wave_id=wave_id))
    reason = AnnulReason.RESULT_WRONG
    annulment = propose_annulment(
        stage.p, operator="op-1", wave_id=wave_id, reason=reason, evidence_reference="minutes 1"
    ).approval_id
    runs = Runs()

    def annul() -> Any:
        who = stage.operator("op-2")
        return approve(stage.p, operator=who, approval_id=annulment, announce=ANNOUNCED, at_once=AT_ONCE)

    def judge(answers: Sequence[Any]) -> None:
        annulled = load_approval(stage.world.table, annulment).approved_by is not None
        state = load_wave(stage.world.table, wave_id).state
        assert (annulled, state) in ((True, WaveState.CANCELLED), (False, WaveState.DECREEING))
        assert isinstance(answers[1], Problem) is not annulled
        assert bool(runs.started) is not annulled

    return [
        lambda: service.begin_decree(stage.p, runs, wave_id=wave_id, approval_id=f"decree-{10 * number}"),
        annul,
    ], judge


def one_payout_two_workers(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    who = has_earned(stage, number)
    released(stage, number)
    for shard in messages_of(stage, ShardReleased.topic):
        stage.work(shard)
    stage.relay()
    message = stage.take(PayoutQueued.topic, payout_of(who.person_id))

    def judge(answers: Sequence[Any]) -> None:
        assert list(answers) == [None, None]
        is_paid_once(stage, who)

    return [lambda: stage.work(message)] * 2, judge


def one_shard_two_workers(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """The slower one finds that the payout which it wants to queue was paid meanwhile."""
    who = has_earned(stage, number)
    released(stage, number)
    shards = messages_of(stage, ShardReleased.topic)

    def queue() -> None:
        for shard in shards:
            stage.work(shard)

    def queue_and_pay() -> None:
        queue()
        stage.relay()
        stage.work(*messages_of(stage, PayoutQueued.topic))

    def judge(answers: Sequence[Any]) -> None:
        assert list(answers) == [None, None]
        stage.relay()
        for message in messages_of(stage, PayoutQueued.topic):
            stage.work(message)
        is_paid_once(stage, who)

    return [queue, queue_and_pay], judge


def a_payout_and_the_end_of_its_membership(stage: Stage, number: int) -> tuple[list[Contender], Judge]:
    """Sent and then claimed back, or never sent: nothing in between."""
    who = has_earned(stage, number)
    released(stage, number)
    for shard in messages_of(stage, ShardReleased.topic):
        stage.work(shard)
    revocation = propose_revocation(
        stage.p,
        operator="op-1",
        person_id=who.person_id,
        reason=RevocationReason.FRAUD,
        evidence_reference=f"audit {number}",
    )
    approve(stage.p, operator=stage.operator("op-2"), approval_id=revocation.approval_id, announce=ANNOUNCED)
    revoke(stage.p, person_id=who.person_id, approval_id=revocation.approval_id)
    stage.relay()
    send, end = (
        stage.take(PayoutQueued.topic, payout_of(who.person_id)),
        stage.take(MembershipRevoked.topic, who.person_id),
    )

    def judge(answers: Sequence[Any]) -> None:
        assert list(answers) == [None, None]
        stage.work(end)
        (incentive,) = incentives_of(stage.world.table, who.person_id)
        claims = claims_of(stage.world.table, who.person_id)
        paid = stage.outside.books()["rupiah_by_account"].get(who.phone.lstrip("+"), 0)
        assert (incentive.state, paid, len(claims)) in (
            (IncentiveState.PAID, AMOUNT, 1),
            (IncentiveState.FORFEITED, 0, 0),
        )

    return [lambda: stage.work(send), lambda: stage.work(end)], judge


def has_earned(stage: Stage, number: int) -> Someone:
    """A member with a wallet and an incentive."""
    who = person(number)
    plant_member(stage.world, who, card_number=f"8{number:011d}9999")
    plant_account(stage.world, who, provider=PROVIDER)
    stage.outside.know(who)
    now = stage.clock.programme()
    incentive = Incentive(who.person_id, JOB_SEARCH, 1, AMOUNT, IncentiveState.SCHEDULED, wib_date(now), now)
    stage.world.table.commit(earned(incentive))
    return who


def released(stage: Stage, number: int) -> None:
    """A run over all that is due, released by two operators; the messages about its shards wait."""
    until = wib_date(stage.clock.programme())
    run_id = start_run(stage.p, operator="op-1", scheduled_until=until, key=f"race-{number}").run_id
    while load_run(stage.world.table, run_id).state is RunState.PREPARING:
        stage.relay()
        stage.work(stage.take(RunStarted.topic, run_id))
    approval_id = propose_release(stage.p, operator="op-1", run_id=run_id).approval_id
    approve(stage.p, operator=stage.operator("op-2"), approval_id=approval_id, announce=ANNOUNCED)
    stage.relay()
    stage.work(stage.take(RunApproved.topic, run_id))
    stage.relay()


def messages_of(stage: Stage, topic: str) -> list[Queued]:
    """All that wait of a topic, taken out of their queue."""
    found = [message for message in stage.waiting if message.topic == topic]
    stage.waiting = [message for message in stage.waiting if message.topic != topic]
    return found


def is_paid_once(stage: Stage, who: Someone) -> None:
    number = who.phone.lstrip("+")
    assert stage.outside.books()["rupiah_by_account"][number] == AMOUNT
    assert len(stage.outside.bank.books.run("SELECT id FROM transfers WHERE account = ?", number)) == 1
    items = [item for item in stage.world.items("programme") if item["pk"] == f"PAYOUT#{payout_of(who.person_id)}"]
    assert [item["state"] for item in items if item["sk"] == "PAYOUT"] == ["PAID"]
    assert [item["sends"] for item in items if item["sk"].startswith("ATTEMPT#")] == [1]


def _slice(stage: Stage, wave_id: str) -> None:
    (chunk,) = plan_decree(stage.p, wiring.archive(), wave_id=wave_id)
    decree_slice(stage.p, wiring.archive(), wave_id=wave_id, **chunk)


MONEY = (
    Race("one family card, three members", one_family_card_three_members),
    Race("one slice, two decree workers", one_slice_two_workers),
    Race("one drawn wave, decreed and annulled", one_wave_decreed_and_annulled),
    Race("one payout, two workers", one_payout_two_workers),
    Race("one shard, two workers, one of whom pays", one_shard_two_workers),
    Race("a payout, and the end of its membership", a_payout_and_the_end_of_its_membership),
)
