"""Commands of waves: create, cancel, turn by the clock, join, propose and begin the decree."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from prakerja.membership import SchemeUnknown, latest_scheme, load_scheme
from prakerja.platform import Platform
from prakerja.platform.access_patterns import MEMBERSHIP, PERSON_IDENTITY, PERSON_STATE, WAVE
from prakerja.platform.approvals import Approval, load_approval, proposal, propose
from prakerja.platform.clock import to_text, wib_date
from prakerja.platform.evidence import evidence
from prakerja.platform.idempotency import command_id
from prakerja.platform.observability import count, log
from prakerja.platform.parts import Item
from prakerja.platform.problems import NotFound
from prakerja.registration import opened, person_from_item
from prakerja.waves.errors import WaveChanged, WaveTimesWrong
from prakerja.waves.messages import DecreeApproved, WaveDue, WaveScheduled
from prakerja.waves.model import (
    PHASES,
    AgeRule,
    Applicant,
    Application,
    Turn,
    Wave,
    WaveDraft,
    WaveState,
    begun,
    decide_cancel,
    decide_decree,
    decide_join,
    decide_turn,
    next_due,
    turned,
)
from prakerja.waves.ports import DrawRuns, TurnSchedules
from prakerja.waves.store import (
    application_from_item,
    application_key,
    change_wave,
    list_waves,
    listed_wave_id,
    load_wave,
    new_application,
    new_wave,
    wave_from_item,
    wave_key,
)

BORN = "birth_date"
"""The sealed field."""
DECREE = "DECREE"
"""The kind of the operators' approval; its subject is the wave, its content the hash of the published result."""


def create_wave(p: Platform, *, operator: str, draft: WaveDraft, key: str) -> Wave:
    """Create a wave and have its turns arranged.

    Raises WaveTimesWrong, SchemeUnknown (none such in force on the WIB day of opening), IdempotencyKeyReused.
    """
    wave_id = command_id("operator", operator, "create_wave", key)
    # load
    day = wib_date(draft.opens_at)
    version = draft.scheme_version or latest_scheme(draft.scheme_name, day).version
    scheme = load_scheme(p.table, draft.scheme_name, version)
    found = p.table.get(WAVE, wave_id=wave_id)
    # decide
    if found is None and not draft.opens_at < draft.closes_at > p.clock.programme():
        raise WaveTimesWrong
    if found is None and not scheme.is_in_force(day):
        raise SchemeUnknown(name=scheme.name)
    wave = Wave(
        wave_id,
        draft.number,
        draft.quota,
        draft.reserves,
        draft.opens_at,
        draft.closes_at,
        scheme.name,
        scheme.version,
    )
    # commit, announce
    outcome = p.table.commit(
        *new_wave(wave, draft.scheme_version, created_by=operator, due_at=draft.opens_at + timedelta(minutes=1)),
        evidence(wave_id, "WAVE_CREATED", p.clock.wall(), by=operator, quota=draft.quota),
        outbox=[WaveScheduled(wave_id=wave_id)],
    )
    return load_wave(p.table, wave_id) if outcome.repeated else wave


def arrange_turns(p: Platform, schedules: TurnSchedules, *, wave_id: str) -> None:
    """Have ``turn_wave`` woken when the wave opens, closes and is to be drawn."""
    # load
    wave = load_wave(p.table, wave_id)
    # decide: schedules live in wall time, waves in programme time
    ahead = p.clock.programme() - p.clock.wall()
    grace = timedelta(seconds=p.settings.close_grace_seconds)
    times = {"open": wave.opens_at, "close": wave.closes_at, "draw": wave.closes_at + grace}
    # announce: naming them makes a repeat harmless
    schedules.arrange(wave_id, {name: time - ahead for name, time in times.items()})


def cancel_wave(p: Platform, *, operator: str, wave_id: str) -> Wave:
    """Cancel a wave whose draw has not begun. Cancelling again is fine. Raises UnknownWave, WaveUnderWay."""
    # load
    before = load_wave(p.table, wave_id)
    # decide
    after = decide_cancel(before)
    # commit
    if after != before:
        p.table.commit(
            change_wave(before, after, None),
            evidence(wave_id, "WAVE_CANCELLED", p.clock.wall(), by=operator),
        )
    return after


def turn_wave(p: Platform, runs: DrawRuns, *, wave_id: str) -> Wave:
    """Do what the clock asks of a wave, once, whoever woke us and however often."""
    grace = timedelta(seconds=p.settings.close_grace_seconds)
    while True:
        # load
        wave = load_wave(p.table, wave_id)
        # decide
        now = p.clock.programme()
        turn = decide_turn(wave, now, grace)
        if turn is None:
            return wave
        if turn is Turn.WATCH:
            return _watch(p, runs, wave)
        after = turned(wave, turn)
        # commit
        try:
            p.table.commit(
                change_wave(wave, after, next_due(after, now, grace)),
                evidence(wave_id, f"WAVE_{turn}", p.clock.wall()),
            )
        except WaveChanged:
            continue  # somebody else turned it at the same moment
        log.info("wave turned", wave_id=wave_id, turn=str(turn))


def join_wave(p: Platform, *, person_id: str, wave_id: str, accepted: bool) -> tuple[Wave, Application]:
    """Join a wave; joining again answers the first application. Two calls, four write units, no shared item.

    Raises UnknownWave, NotFound and what ``decide_join`` raises.
    """
    # load
    wave_item, state, identity, member, joined = p.table.batch_get(
        wave_key(wave_id),
        (PERSON_STATE, {"person_id": person_id}),
        (PERSON_IDENTITY, {"person_id": person_id}),
        (MEMBERSHIP, {"person_id": person_id}),
        application_key(person_id, wave_id),
    )
    wave = wave_from_item(wave_item)
    if joined is not None:
        return wave, application_from_item(wave_id, person_id, joined)
    scheme = load_scheme(p.table, wave.scheme_name, wave.scheme_version)
    # decide
    now = p.clock.programme()
    application = decide_join(
        wave,
        _applicant(p, person_id, state, identity, is_member=member is not None),
        AgeRule(scheme.min_age, scheme.max_age),
        application_id=p.ids.new(),
        now=now,
        today=wib_date(now),
        accepted=accepted,
    )
    # commit
    outcome = p.table.commit(*new_application(application))
    if outcome.found is not None:
        return wave, application_from_item(wave_id, person_id, outcome.found)
    count("Joined", wave=str(wave.number))
    return wave, application


def load_application(p: Platform, *, person_id: str, wave_id: str) -> tuple[Wave, Application]:
    """A person's application and its wave. Raises UnknownWave, NotFound."""
    wave_item, item = p.table.batch_get(wave_key(wave_id), application_key(person_id, wave_id))
    wave = wave_from_item(wave_item)
    if item is None:
        raise NotFound
    return wave, application_from_item(wave_id, person_id, item)


def read_waves(p: Platform, *, after: str | None = None, limit: int = 20) -> tuple[list[Wave], str | None]:
    """Waves, latest opening first, and where the next page starts."""
    page = list_waves(p.table, after=after, limit=limit)
    keys = [wave_key(listed_wave_id(row)) for row in page.items]
    items = p.table.batch_get(*keys, consistent=False) if keys else []
    return [wave_from_item(item) for item in items if item], page.after


def propose_decree(p: Platform, *, operator: str, wave_id: str) -> Approval:
    """The first operator's agreement to a drawn result. Raises UnknownWave, NotYetDrawn."""
    # load
    wave = load_wave(p.table, wave_id)
    # decide
    content = decide_decree(wave)
    approval = proposal(
        p,
        DECREE,
        wave_id,
        content,
        operator,
        number=wave.number,
        quota=wave.quota,
        applications=wave.applications,
        competing=wave.competing,
        selected=wave.selected,
        result_hash=wave.result_hash,
    )
    # commit
    outcome = p.table.commit(*propose(approval), evidence(wave_id, "DECREE_PROPOSED", p.clock.wall(), by=operator))
    return load_approval(p.table, approval.approval_id) if outcome.repeated else approval


def begin_decree(p: Platform, runs: DrawRuns, *, wave_id: str, approval_id: str) -> Wave:
    """Start decreeing what two operators agreed on; does nothing if it has begun or they did not agree on this."""
    # load
    wave = load_wave(p.table, wave_id)
    approval = load_approval(p.table, approval_id)
    # decide
    if wave.state is not WaveState.DRAWN or not approval.binds(DECREE, wave_id, str(wave.result_hash)):
        return turn_wave(p, runs, wave_id=wave_id)
    after = begun(replace(wave, state=WaveState.DECREEING, approval_id=approval_id))
    # commit
    now = p.clock.programme()
    with suppress(WaveChanged):  # a double of this message was faster
        p.table.commit(
            change_wave(wave, after, next_due(after, now, timedelta())),
            evidence(wave_id, "DECREE_BEGUN", p.clock.wall(), approval_id=approval_id),
        )
    return turn_wave(p, runs, wave_id=wave_id)


def due_waves(p: Platform, shard: str) -> list[WaveDue]:
    """Waves of a due shard that should have been turned by now (programme time), as messages."""
    keys = p.table.due(WAVE, shard, to_text(p.clock.programme()))
    return [WaveDue(wave_id=key["wave_id"]) for key in keys]


def decree_approved(approval: Approval) -> DecreeApproved:
    """What the second operator's agreement announces."""
    return DecreeApproved(wave_id=approval.subject_id, approval_id=approval.approval_id)


def _watch(p: Platform, runs: DrawRuns, wave: Wave) -> Wave:
    """See that the execution which the wave's state asks for is at work; begin a new one where the last one died."""
    status = runs.status(str(wave.run))
    now = p.clock.programme()
    after = wave
    if status not in (None, "RUNNING"):
        log.warning("draw execution died", execution=wave.run, status=status)
        after = begun(wave)
    try:
        p.table.commit(change_wave(wave, after, next_due(after, now, timedelta())))
    except WaveChanged:
        return load_wave(p.table, wave.wave_id)
    if status != "RUNNING":
        runs.start(str(after.run), wave_id=wave.wave_id, phase=str(PHASES[after.state]), attempt=after.attempt)
    return after


def _applicant(p: Platform, person_id: str, state: Item | None, identity: Item | None, *, is_member: bool) -> Applicant:
    if state is None:
        raise NotFound
    person = person_from_item(person_id, state)
    born = opened(p, person_id, identity, (BORN,)).get(BORN) if identity else None
    return Applicant(
        person_id,
        phone_proven=person.phone_proven,
        email_proven=person.email_proven,
        identity_verified=person.identity_verified,
        birth_date=date.fromisoformat(born) if born else None,
        is_member=is_member,
    )
