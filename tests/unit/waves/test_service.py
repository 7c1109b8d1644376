"""Waves open and close by the clock, are joined once, and are turned by whoever wakes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from prakerja.membership import SchemeUnknown, latest_scheme, seed_schemes
from prakerja.membership.store.rules import scheme_part
from prakerja.platform.access_patterns import DUE_SHARDS
from prakerja.platform.clock import end_of_wib_day, wib_date
from prakerja.platform.problems import IdempotencyKeyReused
from prakerja.registration import ContactsMissing
from prakerja.waves import ApplicationState, Wave, WaveDraft, WaveState, service
from prakerja.waves.api import ApplicationView, Receipt
from prakerja.waves.drawing import take_roots
from prakerja.waves.errors import (
    AlreadyMember,
    IdentityMissing,
    OutsideAge,
    StatementsMissing,
    UnknownWave,
    WaveCancelled,
    WaveClosed,
    WaveNotOpen,
    WaveTimesWrong,
    WaveUnderWay,
)
from prakerja.waves.service import (
    arrange_turns,
    cancel_wave,
    create_wave,
    due_waves,
    join_wave,
    load_application,
    read_waves,
    turn_wave,
)
from prakerja.waves.store import load_roots, load_wave, roster, shards
from tests.support.outside import Runs, Schedules
from tests.support.people import plant_member, plant_person, someone
from tests.support.world import World


@pytest.fixture
def wave(world: World) -> Wave:
    """Opens in a minute, for an hour."""
    seed_schemes(world.platform)
    now = world.clock.programme()
    draft = WaveDraft(72, 10, 2, now + timedelta(minutes=1), now + timedelta(minutes=61), "NORMAL_2023", 1)
    return create_wave(world.platform, operator="op-1", draft=draft, key="k1")


def join(world: World, person_id: str, wave: Wave, *, accepted: bool = True) -> str:
    return join_wave(world.platform, person_id=person_id, wave_id=wave.wave_id, accepted=accepted)[1].application_id


def test_creating_twice_is_one_wave(world: World, wave: Wave) -> None:
    draft = WaveDraft(72, 10, 2, wave.opens_at, wave.closes_at, "NORMAL_2023", 1)
    assert create_wave(world.platform, operator="op-1", draft=draft, key="k1") == wave
    assert [w.wave_id for w in read_waves(world.platform)[0]] == [wave.wave_id]
    assert len(world.messages()) == 1
    world.clock.move(days=1)
    assert create_wave(world.platform, operator="op-1", draft=draft, key="k1") == wave  # also when it is long over
    other = WaveDraft(73, 10, 2, wave.opens_at, wave.closes_at, "NORMAL_2023", 1)
    with pytest.raises(IdempotencyKeyReused):
        create_wave(world.platform, operator="op-1", draft=other, key="k1")


@pytest.mark.parametrize(("named", "stands"), [(None, 2), (1, 1)])
def test_a_wave_has_the_newest_rules_in_force_unless_others_are_named(
    world: World, named: int | None, stands: int
) -> None:
    seed_schemes(world.platform)
    now = world.clock.programme()
    draft = WaveDraft(72, 10, 2, now + timedelta(days=1), now + timedelta(days=2), "NORMAL_2023", named)
    assert create_wave(world.platform, operator="op-1", draft=draft, key="k9").scheme_version == stands


def test_a_repeat_is_the_same_wave_after_newer_rules_came_into_force(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed_schemes(world.platform)
    now = world.clock.programme()
    draft = WaveDraft(72, 10, 2, now + timedelta(days=1), now + timedelta(days=2), "NORMAL_2023", None)
    wave = create_wave(world.platform, operator="op-1", draft=draft, key="k9")
    newest = latest_scheme("NORMAL_2023", wib_date(now))
    world.table.commit(scheme_part(replace(newest, version=3)))
    monkeypatch.setattr(service, "latest_scheme", lambda *_: replace(newest, version=3))
    assert create_wave(world.platform, operator="op-1", draft=draft, key="k9") == wave
    named = replace(draft, scheme_version=2)
    with pytest.raises(IdempotencyKeyReused):  # something else was asked, although it would come to the same
        create_wave(world.platform, operator="op-1", draft=named, key="k9")


@pytest.mark.parametrize("named", [None, 1, 2])
def test_a_wave_needs_rules_in_force_when_it_opens(world: World, named: int | None) -> None:
    seed_schemes(world.platform)
    now = world.clock.programme()
    draft = WaveDraft(72, 10, 2, now + timedelta(days=1), now + timedelta(days=2), "SEMI_BANSOS_2020", named)
    with pytest.raises(SchemeUnknown):
        create_wave(world.platform, operator="op-1", draft=draft, key="k9")


def test_a_wave_must_have_a_future(world: World, wave: Wave) -> None:
    now = world.clock.programme()
    for opens, closes in ((now, now), (now, now - timedelta(1)), (now - timedelta(2), now - timedelta(1))):
        draft = WaveDraft(1, 1, 0, opens, closes, "NORMAL_2023", 1)
        with pytest.raises(WaveTimesWrong):
            create_wave(world.platform, operator="op-1", draft=draft, key="k2")


def test_schedules_are_arranged_in_wall_time(world: World, wave: Wave) -> None:
    schedules = Schedules()
    world.clock.travel(days=3)
    arrange_turns(world.platform, schedules, wave_id=wave.wave_id)
    grace = timedelta(seconds=world.settings.close_grace_seconds)
    assert schedules.times[wave.wave_id] == {
        "open": wave.opens_at - timedelta(days=3),
        "close": wave.closes_at - timedelta(days=3),
        "draw": wave.closes_at - timedelta(days=3) + grace,
    }


def test_the_clock_decides_about_the_join_and_not_the_schedule(world: World, wave: Wave) -> None:
    ani = plant_person(world, someone(1)).person_id
    with pytest.raises(WaveNotOpen):
        join(world, ani, wave)
    world.clock.move(minutes=1)
    assert load_wave(world.table, wave.wave_id).state is WaveState.SCHEDULED
    join(world, ani, wave)
    world.clock.move(minutes=60)
    budi = plant_person(world, someone(2)).person_id
    with pytest.raises(WaveClosed):
        join(world, budi, wave)


def test_the_last_moment_is_open_and_the_next_is_not(world: World, wave: Wave) -> None:
    world.clock.now = wave.closes_at - timedelta(microseconds=1)
    join(world, plant_person(world, someone(1)).person_id, wave)
    world.clock.now = wave.closes_at
    with pytest.raises(WaveClosed):
        join(world, plant_person(world, someone(2)).person_id, wave)


def test_joining_again_is_the_first_join(world: World, wave: Wave) -> None:
    ani = plant_person(world, someone(1)).person_id
    world.clock.move(minutes=2)
    first = join(world, ani, wave)
    world.clock.move(minutes=2)
    assert join(world, ani, wave) == first
    world.clock.move(hours=2)
    assert join(world, ani, wave) == first
    entries = [entry for shard in shards() for entry in roster(world.table, wave.wave_id, shard)]
    assert [(entry.application_id, entry.person_id) for entry in entries] == [(first, ani)]


def test_who_may_not_join(world: World, wave: Wave) -> None:
    world.clock.move(minutes=2)
    unverified = plant_person(world, someone(1), verified=False)
    member = plant_member(world, someone(2))
    young = plant_person(world, someone(3, birth_date=date(2008, 1, 16)))
    old = plant_person(world, someone(4, birth_date=date(1961, 1, 15)))
    fits = plant_person(world, someone(5, birth_date=date(2008, 1, 15)))
    with pytest.raises(IdentityMissing):
        join(world, unverified.person_id, wave)
    with pytest.raises(AlreadyMember):
        join(world, member.person_id, wave)
    for person in (young, old):
        with pytest.raises(OutsideAge):
            join(world, person.person_id, wave)
    with pytest.raises(StatementsMissing):
        join(world, fits.person_id, wave, accepted=False)
    join(world, fits.person_id, wave)


def test_both_contacts_must_be_proven(world: World, wave: World) -> None:
    from prakerja.registration import change_person

    world.clock.move(minutes=2)
    ani = plant_person(world, someone(1)).person_id
    world.table.commit(change_person(ani, set={"email_proven": False}))
    with pytest.raises(ContactsMissing):
        join(world, ani, wave)  # type: ignore[arg-type]


def test_a_join_is_two_calls_and_two_items(world: World, wave: Wave) -> None:
    ani = plant_person(world, someone(1)).person_id
    budi = plant_person(world, someone(2)).person_id
    world.clock.move(minutes=2)
    join(world, budi, wave)  # the scheme is read once per process
    before = world.items("programme")
    calls: list[str] = []
    world.client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
    join(world, ani, wave)
    assert calls == ["BatchGetItem", "TransactWriteItems"]
    new = [item for item in world.items("programme") if item not in before]
    assert [item["sk"].split("#")[0] for item in new] == ["APPLICATION", "ENTRY"]
    assert all(len(repr(item)) < 512 for item in new)  # one write unit each, doubled by the transaction


def test_unknown_and_cancelled_waves(world: World, wave: Wave) -> None:
    ani = plant_person(world, someone(1)).person_id
    world.clock.move(minutes=2)
    with pytest.raises(UnknownWave):
        join_wave(world.platform, person_id=ani, wave_id="nowhere", accepted=True)
    join(world, ani, wave)
    cancel_wave(world.platform, operator="op-1", wave_id=wave.wave_id)
    assert cancel_wave(world.platform, operator="op-1", wave_id=wave.wave_id).state is WaveState.CANCELLED
    with pytest.raises(WaveCancelled):
        join(world, plant_person(world, someone(2)).person_id, wave)
    found, application = load_application(world.platform, person_id=ani, wave_id=wave.wave_id)
    for language, words in (("en", ("cancelled", "next wave")), ("id", ("dibatalkan", "gelombang berikutnya"))):
        told = ApplicationView.of(found, application, Receipt(text="", kid="", signature=""), language)
        assert told.reason == "CANCELLED"
        assert all(word in told.explanation for word in (*words, "GET /v1/waves")), "why, and what can be done next"
    assert turn_wave(world.platform, Runs(), wave_id=wave.wave_id).state is WaveState.CANCELLED


def test_turning_early_late_and_twice(world: World, wave: Wave) -> None:
    runs = Runs()
    assert turn_wave(world.platform, runs, wave_id=wave.wave_id).state is WaveState.SCHEDULED
    world.clock.move(minutes=1)
    assert turn_wave(world.platform, runs, wave_id=wave.wave_id).state is WaveState.OPEN
    assert turn_wave(world.platform, runs, wave_id=wave.wave_id).state is WaveState.OPEN
    world.clock.move(hours=3)  # closing and drawing were both missed
    assert turn_wave(world.platform, runs, wave_id=wave.wave_id).state is WaveState.SCREENING
    turn_wave(world.platform, runs, wave_id=wave.wave_id)
    assert runs.started == [(f"{wave.wave_id}-SCREEN-1", wave.wave_id, "SCREEN", 1)]
    with pytest.raises(WaveUnderWay):
        cancel_wave(world.platform, operator="op-1", wave_id=wave.wave_id)


def test_a_dead_execution_is_begun_again_under_a_new_name(world: World, wave: Wave) -> None:
    runs = Runs()
    world.clock.move(hours=3)
    turn_wave(world.platform, runs, wave_id=wave.wave_id)
    runs.statuses[f"{wave.wave_id}-SCREEN-1"] = "FAILED"
    turn_wave(world.platform, runs, wave_id=wave.wave_id)
    turn_wave(world.platform, runs, wave_id=wave.wave_id)
    assert [name for name, *_ in runs.started] == [f"{wave.wave_id}-SCREEN-1", f"{wave.wave_id}-SCREEN-2"]


def test_the_sweep_finds_waves_that_nobody_turned(world: World, wave: Wave) -> None:
    def due() -> list[str]:
        return [m.wave_id for s in range(DUE_SHARDS) for m in due_waves(world.platform, f"WAVE#{s:02d}")]

    assert due() == []
    world.clock.travel(minutes=3)
    assert due() == [wave.wave_id]
    turn_wave(world.platform, Runs(), wave_id=wave.wave_id)
    assert due() == []


def test_roots_of_the_joins_are_taken_while_a_wave_is_open(world: World, wave: Wave) -> None:
    assert take_roots(world.platform) == 0
    world.clock.move(minutes=2)
    take_roots(world.platform)
    join(world, plant_person(world, someone(1)).person_id, wave)
    world.clock.move(minutes=2)
    assert take_roots(world.platform) == 1
    empty, one = load_roots(world.table, wave.wave_id)
    assert (empty.count, one.count) == (0, 1)
    assert empty.root != one.root


def test_an_application_can_be_read_back(world: World, wave: Wave) -> None:
    ani = plant_person(world, someone(1)).person_id
    world.clock.move(minutes=2)
    join(world, ani, wave)
    found, application = load_application(world.platform, person_id=ani, wave_id=wave.wave_id)
    assert found.wave_id == wave.wave_id
    assert application.state is ApplicationState.JOINED


def test_the_last_day_of_rules_is_the_one_in_jakarta(world: World) -> None:
    seed_schemes(world.platform)
    now = world.clock.programme()
    opens = now + timedelta(days=1)
    over = replace(latest_scheme("NORMAL_2023", wib_date(now)), version=9, valid_until=wib_date(opens))
    world.table.commit(scheme_part(over))
    midnight = end_of_wib_day(wib_date(opens))
    last = WaveDraft(72, 10, 2, midnight - timedelta(seconds=1), midnight + timedelta(days=2), "NORMAL_2023", 9)
    assert create_wave(world.platform, operator="op-1", draft=last, key="k7").scheme_version == 9
    with pytest.raises(SchemeUnknown):
        create_wave(world.platform, operator="op-1", draft=replace(last, opens_at=midnight), key="k8")
