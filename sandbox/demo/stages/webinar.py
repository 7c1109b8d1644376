"""A webinar of five sessions on two mornings, for which programme time is moved; one of its members misses a session.

Everything that needs today has happened before, and what comes after does not mind which day it is. Before time is moved
nothing is under way that somebody waits for: a function that is given another time starts anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sandbox.demo.cast import Player
from sandbox.demo.lms import POST_TEST
from sandbox.demo.play import Play, TurnedDown
from sandbox.demo.show import Stage
from sandbox.demo.stages.buying import webinar_group
from sandbox.demo.stages.learning import (
    UK,
    be_seen,
    first_purchase,
    hand_in_and_grade,
    learners,
    see_completion,
)
from sandbox.demo.travel import sweep

MISSED = 2
TASK = ("tpm", 1)
A_MOMENT, NEXT_MORNING = timedelta(minutes=5), timedelta(hours=9)
OVER = "Pelatihan tidak selesai"


def absentee(play: Play) -> Player:
    """Who misses a session."""
    return webinar_group(play)[-1]


def take_part(play: Play) -> None:
    """Time is moved to each morning. Whoever comes too late to a session is told so, and the LMS does not let them in."""
    people, missing = learners(play, webinar=True), absentee(play)
    for player in people:
        _find(player)
    for sequences, moment in _mornings(people[0]):
        with play.show.stage(f"webinar: sessions {sequences[0]} to {sequences[-1]}", len(people)) as stage:
            stage.note(f"programme time is moved to {moment:%Y-%m-%d %H:%M} WIB")
            play.move(moment)

            def act(player: Player, sequences: tuple[int, ...] = sequences) -> None:
                purchase = first_purchase(player)
                for sequence in sequences:
                    if player is missing and sequence == MISSED:
                        continue
                    if not be_seen(play, player, purchase, sequence):
                        raise RuntimeError("an attended session is not attended")
                purchase.redeemed = True

            play.everyone(people, act, stage)
            if MISSED not in sequences and not first_purchase(missing).missed:
                _come_too_late(play, missing, stage)


def finish(play: Play) -> None:
    """The post-test opens after the last session. Tasks are graded; who was there five times has completed the course."""
    people, missing = learners(play, webinar=True), absentee(play)
    with play.show.stage("webinar: post-test, tasks, reviewed", len(people)) as stage:
        play.move(_moment(_sessions(people[0])[-1]["opens_at"]) + A_MOMENT)

        def act(player: Player) -> None:
            purchase = first_purchase(player)
            if not be_seen(play, player, purchase, POST_TEST):
                raise RuntimeError("an attended post-test is not attended")
            for task in (TASK, UK):
                hand_in_and_grade(play, purchase, *task)
            if player is missing:
                purchase.told = " ".join(player.who.learning(purchase.purchase_id)["missing"])
                raise TurnedDown(purchase.told)
            see_completion(play, player, purchase)

        play.everyone(people, act, stage)


def end(play: Play) -> None:
    """The schedule and its days of grace are over: what is not proven by now is not completed."""
    player = absentee(play)
    purchase = first_purchase(player)
    with play.show.stage("webinar: the days of grace are over", 1) as stage:
        over_at = _moment(player.who.learning(purchase.purchase_id)["finish_by"])
        stage.note(f"programme time is moved to {over_at + NEXT_MORNING:%Y-%m-%d %H:%M} WIB")
        play.move(over_at + NEXT_MORNING)
        for _ in sweep(play.admin):
            pass

        def look() -> dict[str, Any] | None:
            known = player.who.learning(purchase.purchase_id)
            return known if known["purchase"]["state"] == "NOT_COMPLETED" else None

        seen = play.follow(player, (OVER,), look)
        purchase.not_completed = True
        held = sum(session["state"] == "PRESENT" for session in seen["sessions"] if session["sequence"] != POST_TEST)
        purchase.missed = [one["sequence"] for one in seen["sessions"] if one["state"] == "ABSENT"]
        stage.done()
        stage.note(
            f"NOT_COMPLETED: {held} of {len(seen['sessions']) - 1} sessions attended; the price is not given back"
        )


def _come_too_late(play: Play, player: Player, stage: Stage) -> None:
    purchase = first_purchase(player)
    if be_seen(play, player, purchase, MISSED):
        raise RuntimeError("a missed session counts as attended")
    purchase.missed.append(MISSED)
    play.refuse(player, stage, "session over")


def _mornings(player: Player) -> Iterator[tuple[tuple[int, ...], datetime]]:
    """Sessions that can be attended at one moment, and that moment."""
    group: list[dict[str, Any]] = []
    for session in _sessions(player)[:-1]:
        if group and _moment(session["opens_at"]) >= _closes(group):
            yield _together(group)
            group = []
        group.append(session)
    yield _together(group)


def _together(group: list[dict[str, Any]]) -> tuple[tuple[int, ...], datetime]:
    opens = max(_moment(session["opens_at"]) for session in group)
    return tuple(session["sequence"] for session in group), opens + (_closes(group) - opens) / 2


def _closes(group: list[dict[str, Any]]) -> datetime:
    return min(_moment(session["closes_at"]) for session in group)


def _sessions(player: Player) -> list[dict[str, Any]]:
    """As the member sees them; the last one is the post-test."""
    return list(player.who.learning(first_purchase(player).purchase_id)["sessions"])


def _find(player: Player) -> None:
    purchase = first_purchase(player)
    (known,) = player.who.purchases()
    purchase.purchase_id = known["purchase_id"]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
