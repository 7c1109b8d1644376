"""Whether a provider is sent to: any one operator stops it, two start it again; a breaker opens and closes by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from prakerja.payouts.answers import Outcome
from prakerja.payouts.channels import (
    CONSECUTIVE,
    EVERYBODY,
    PAUSES,
    PROBE_LEASE,
    REFUSED_PAUSES,
    WINDOW,
    Cause,
    Channel,
    Flow,
    Gate,
    Recent,
    decide_close,
    decide_open,
    decide_probe,
    decide_start,
    decide_stop,
)
from prakerja.payouts.errors import ChannelNotStopped, NotAgreed, UnknownProvider
from prakerja.payouts.model import PayoutState
from prakerja.payouts.service import Pace, channel, propose_start, send_payout, start_channel, stop_channel
from prakerja.payouts.store import change_channel, load_channel
from prakerja.platform.approvals import Approval, approved_parts
from prakerja.platform.clock import to_text
from prakerja.platform.findings import CaseNeeded, FindingKind
from tests.support.payments import PROVIDER, Payments, Waiting
from tests.support.world import World
from tests.unit.payouts.test_overtaken import queued

NOON = datetime(2026, 1, 15, 5, 0, tzinfo=UTC)
OPEN = Channel("BNI")


# pure -----------------------------------------------------------------------------------------------------------------
def test_a_stop_outranks_the_breaker_and_the_first_stop_counts() -> None:
    stopped = decide_stop(decide_open(OPEN, Cause.NO_ANSWERS, "", NOON), "op-1", "why", NOON)
    assert stopped.flow(NOON) is stopped.flow(NOON + timedelta(days=9)) is Flow.STOPPED
    assert decide_stop(stopped, "op-2", "another", NOON) == stopped
    started = decide_start(stopped)
    assert (started.flow(NOON), started.version) == (Flow.FLOWING, stopped.version + 1)


def test_the_switch_of_all_stops_each() -> None:
    everybody = decide_stop(Channel(EVERYBODY), "op-1", "why", NOON)
    assert Gate(OPEN, everybody).flow(NOON) is Flow.STOPPED
    assert Gate(OPEN, Channel(EVERYBODY)).flow(NOON) is Flow.FLOWING
    assert Gate(OPEN, everybody).may_ask(NOON)  # what is under way is found out all the same


def test_who_does_not_answer_is_not_asked_either_but_who_refuses_us_is() -> None:
    silent = Gate(decide_open(OPEN, Cause.NO_ANSWERS, "", NOON), Channel(EVERYBODY))
    refusing = Gate(decide_open(OPEN, Cause.REFUSES_US, "4033814", NOON), Channel(EVERYBODY))
    assert [silent.may_ask(NOON + timedelta(seconds=seconds)) for seconds in (0, 59, 60)] == [False, False, True]
    assert refusing.may_ask(NOON)


@pytest.mark.parametrize(("cause", "pauses"), [(Cause.NO_ANSWERS, PAUSES), (Cause.REFUSES_US, REFUSED_PAUSES)])
def test_each_failed_probe_lengthens_the_pause(cause: Cause, pauses: tuple[int, ...]) -> None:
    seen, at, lengths = OPEN, NOON, []
    for _ in range(len(pauses) + 1):
        seen = decide_open(seen, cause, "", at)
        assert seen.open_until is not None
        assert decide_open(seen, cause, "", at) == seen  # by another process, for the same reason
        lengths.append((seen.open_until - at).total_seconds())
        at = seen.open_until
    assert lengths == [*pauses, pauses[-1]]
    assert decide_close(seen) == replace(OPEN, version=seen.version + 1)


def test_one_probe_at_a_time_and_a_dead_one_is_followed_by_another() -> None:
    opened = decide_open(OPEN, Cause.NO_ANSWERS, "", NOON)
    then = NOON + timedelta(seconds=60)
    assert [opened.flow(then - timedelta(seconds=1)), opened.flow(then)] == [Flow.PAUSED, Flow.PROBE]
    probed = decide_probe(opened, then)
    assert [probed.flow(then), probed.flow(then + PROBE_LEASE)] == [Flow.PAUSED, Flow.PROBE]


@pytest.mark.parametrize(
    ("outcomes", "cause"),
    [
        ([Outcome.AMB] * (CONSECUTIVE - 1), None),
        ([Outcome.AMB] * CONSECUTIVE, Cause.NO_ANSWERS),
        ([Outcome.AMB] * (CONSECUTIVE - 1) + [Outcome.OK, Outcome.AMB], None),
        ([Outcome.OK, Outcome.AMB] * (WINDOW // 2), Cause.NO_ANSWERS),
        ([Outcome.OK, Outcome.OK, Outcome.AMB] * WINDOW, None),
        ([Outcome.REJ, Outcome.FAIL, Outcome.BUG, Outcome.PEND] * WINDOW, None),
        ([Outcome.OK, Outcome.STOP], Cause.REFUSES_US),
    ],
)
def test_what_opens_the_breaker(outcomes: list[Outcome], cause: Cause | None) -> None:
    recent = Recent()
    noted = [recent.note(outcome, "4290000" if outcome is Outcome.REJ else "") for outcome in outcomes]
    assert noted[-1] is cause
    assert set(noted[:-1]) <= {None}


def test_who_cannot_be_reached_has_not_answered() -> None:
    recent = Recent()
    assert [recent.note(Outcome.REJ, "") for _ in range(CONSECUTIVE)] == [None] * 4 + [Cause.NO_ANSWERS]


# on the table ---------------------------------------------------------------------------------------------------------
def stop(payments: Payments, provider: str = PROVIDER) -> Channel:
    return stop_channel(payments.p, operator="op-1", provider=provider, because="books twice")


def agreed(payments: Payments, provider: str = PROVIDER) -> Approval:
    approval = propose_start(payments.p, operator="op-1", provider=provider)
    both = replace(approval, approved_by="op-2", approved_at=to_text(payments.world.clock.wall()))
    payments.world.table.commit(*approved_parts(both))
    return both


def sent(payments: Payments) -> int:
    return sum(path.endswith("/topup") for path, *_ in payments.bank.transport.sent)


@pytest.mark.parametrize("provider", [PROVIDER, EVERYBODY])
def test_a_stopped_channel_sends_nothing_and_then_everything(world: World, provider: str) -> None:
    payments = Payments(world, people=1)
    payout_id = queued(payments)
    stop(payments, provider)
    before = world.items("programme")
    assert send_payout(payments.p, payments.providers, payout_id=payout_id).state is PayoutState.QUEUED
    assert (sent(payments), world.items("programme")) == (0, before)  # it stays due; nothing is written
    payments.play(hours=3)
    assert sent(payments) == 0
    start_channel(payments.p, provider=provider, approval_id=agreed(payments, provider).approval_id)
    payments.sweep()
    payments.play()
    assert (payments.states(), sent(payments)) == ([PayoutState.PAID], 1)


def test_what_is_under_way_when_it_is_stopped_is_found_out(world: World) -> None:
    payments = Payments(world, people=1)
    payments.bank.engine.add_fault("lost_after_commit", role="transfer", times=1)
    payout_id = queued(payments)
    assert send_payout(payments.p, payments.providers, payout_id=payout_id).state is PayoutState.UNKNOWN
    stop(payments)
    payments.collect()
    payments.play()
    assert payments.states() == [PayoutState.PAID]


def test_a_stop_reaches_a_worker_that_has_just_looked_within_five_seconds(world: World) -> None:
    payments = Payments(world, people=1)
    worker = world.platform
    assert channel(worker, PROVIDER).flow(world.clock.wall()) is Flow.FLOWING
    seen = load_channel(world.table, PROVIDER)  # another process stops it: this one is told nothing
    world.table.commit(change_channel(seen, decide_stop(seen, "op-1", "why", world.clock.wall())))
    assert channel(worker, PROVIDER).flow(world.clock.wall()) is Flow.FLOWING
    payments.move_to(world.clock.now + timedelta(seconds=5))
    assert channel(worker, PROVIDER).flow(world.clock.wall()) is Flow.STOPPED


@pytest.mark.parametrize("by", ["an operator", "the breaker"])
def test_a_stop_reaches_a_worker_that_waits_for_its_turn(world: World, by: str) -> None:
    payments = Payments(world, people=1)
    payout_id = queued(payments)

    def stopped_meanwhile(seconds: float) -> None:
        seen = load_channel(world.table, PROVIDER)  # another process does it: this one is told nothing
        now = world.clock.wall()
        opened = decide_open(seen, Cause.NO_ANSWERS, "", now)
        world.table.commit(
            change_channel(seen, decide_stop(seen, "op-1", "why", now) if by == "an operator" else opened)
        )
        payments.move_to(world.clock.now + timedelta(seconds=seconds))

    pace = Pace(now=lambda: world.clock.now.timestamp(), sleep=stopped_meanwhile)
    rules = payments.bank.provider.rules
    for _ in range(9):
        pace.heard(PROVIDER, "4293800")  # "too many requests": it waits for seconds
    pace.wait(PROVIDER, rules)
    found = send_payout(payments.p, payments.providers, payout_id=payout_id, pace=pace)
    assert load_channel(world.table, PROVIDER).flow(world.clock.wall()) in (Flow.STOPPED, Flow.PAUSED)
    assert (found.state, sent(payments)) == (PayoutState.QUEUED, 0)


def test_one_operator_alone_starts_nothing(world: World) -> None:
    payments = Payments(world, people=0)
    with pytest.raises(ChannelNotStopped):
        propose_start(payments.p, operator="op-1", provider=PROVIDER)
    stop(payments)
    proposed = propose_start(payments.p, operator="op-1", provider=PROVIDER)
    with pytest.raises(NotAgreed):
        start_channel(payments.p, provider=PROVIDER, approval_id=proposed.approval_id)
    assert load_channel(world.table, PROVIDER).is_stopped


def test_an_agreement_ends_the_stop_that_was_seen_and_no_later_one(world: World) -> None:
    payments = Payments(world, people=0)
    stop(payments)
    first = agreed(payments)
    assert not start_channel(payments.p, provider=PROVIDER, approval_id=first.approval_id).is_stopped
    world.clock.move(minutes=1)
    stop(payments)
    with pytest.raises(NotAgreed):
        start_channel(payments.p, provider=PROVIDER, approval_id=first.approval_id)
    assert load_channel(world.table, PROVIDER).is_stopped


def test_only_channels_of_known_providers(world: World) -> None:
    payments = Payments(world, people=0)
    with pytest.raises(UnknownProvider):
        stop(payments, "PAYPAL")
    with pytest.raises(UnknownProvider):
        propose_start(payments.p, operator="op-1", provider="PAYPAL")


def test_a_provider_that_is_down_is_left_in_peace_and_probed_by_one(world: World) -> None:
    payments = Payments(world, people=8)
    payments.bank.engine.add_fault("lost_before_commit", role="transfer", times=CONSECUTIVE)
    payments.release(payments.declare())
    payments.drain()
    opened = load_channel(world.table, PROVIDER)
    assert (opened.cause, opened.opened, sent(payments)) == (Cause.NO_ANSWERS, 1, CONSECUTIVE)
    payments.play()
    assert payments.states() == [PayoutState.PAID] * 8
    assert set(payments.credits().values()) == {1}
    assert load_channel(world.table, PROVIDER).open_until is None


def test_an_empty_source_pauses_the_channel_and_fails_nobody(world: World) -> None:
    payments = Payments(world, people=2)
    payments.bank.engine.add_fault("insufficient_funds", role="transfer", times=1)
    payments.release(payments.declare())
    payments.drain()
    assert load_channel(world.table, PROVIDER).cause is Cause.REFUSES_US
    assert sent(payments) == 1
    payments.play()
    assert payments.states() == [PayoutState.PAID] * 2
    assert not any(PayoutState.FAILED in seen for seen in payments.history.values())


def test_a_probe_that_could_not_even_connect_does_not_close_the_breaker(world: World) -> None:
    payments = Payments(world, people=CONSECUTIVE + 1)
    payments.release(payments.declare())
    payments.bank.transport.refusing = True  # nothing listens: no byte leaves, so each may be sent again
    payments.drain()
    opened = load_channel(world.table, PROVIDER)
    assert (opened.cause, opened.opened) == (Cause.NO_ANSWERS, 1)
    payments.play(hours=1)
    still = load_channel(world.table, PROVIDER)
    assert still.open_until is not None
    assert still.opened > len(PAUSES)  # each probe opened it again, and each opening rings
    payments.bank.transport.refusing = False
    payments.play()
    assert payments.states() == [PayoutState.PAID] * (CONSECUTIVE + 1)
    assert set(payments.credits().values()) == {1}
    assert load_channel(world.table, PROVIDER).open_until is None


class Heard(Payments):
    """Payments of which what people are told is kept."""

    def __init__(self, world: World, people: int) -> None:
        self.found: list[str] = []
        super().__init__(world, people)

    def _handle(self, message: Waiting) -> None:
        self.found += [message.body["kind"]] if message.topic == CaseNeeded.topic else []
        super()._handle(message)


def test_one_payout_whose_provider_cannot_be_reached_becomes_a_case_next_morning(world: World) -> None:
    payments = Heard(world, people=1)
    payments.release(payments.declare())
    payments.bank.transport.refusing = True
    payments.drain()
    morning = datetime(2026, 1, 16, 1, 0, tzinfo=UTC)  # 08:00 WIB
    seen = []
    for moment in (morning - timedelta(hours=1), morning, morning + timedelta(hours=1)):
        payments.move_to(moment)
        payments.sweep()
        seen.append([*payments.states(), *payments.found])
    late = [PayoutState.RESEND, FindingKind.PAYOUT_OVERDUE]
    assert seen == [[PayoutState.RESEND], late, late]  # told once
    payments.bank.transport.refusing = False
    payments.play()
    assert payments.states() == [PayoutState.PAID]
