"""A wave: created by an operator, opened, closed and drawn by the clock, decreed by two operators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sandbox.demo.api import Refused
from sandbox.demo.cast import Player, Role
from sandbox.demo.draws import check_draw
from sandbox.demo.play import Play, TurnedDown

OPENS_AFTER = timedelta(seconds=20)
SHORTEST = 10.0
SECONDS_OF_CHAOS = 15.0
FIRST_NUMBER = 70
LEAST_MEMBERS = 17
SHARE_SELECTED = 0.6
OPEN_FOR_TRYING = timedelta(days=7)
STATES = ("SCHEDULED", "OPEN", "CLOSED", "SCREENING", "SCREENED", "DRAWN", "DECREEING", "DECREED")


def open_wave(play: Play) -> None:
    """An operator creates a wave that opens in some seconds; who comes too early is told so."""
    joiners = _joiners(play)
    with play.show.stage("the wave opens by its schedule") as stage:
        opens_at = play.now() + OPENS_AFTER
        closes_at = opens_at + timedelta(seconds=_seconds_to_join(play, len(joiners)))
        quota = max(round(SHARE_SELECTED * len(joiners)), min(LEAST_MEMBERS, len(joiners)))
        play.wave_id = play.operators[0].create_wave(
            FIRST_NUMBER + play.number, quota, len(joiners) // 10, opens_at, closes_at
        )
        play.expect_refusal(stage, joiners[0], lambda player: player.who.join(play.wave_id))
        stage.note(f"opens {OPENS_AFTER.seconds} s after it was created, quota {quota}")
        play.until(lambda: _reached(play, "OPEN"))


def join(play: Play) -> None:
    """All at once; who has not proven an identity is refused."""
    joiners = _joiners(play)
    unproven = [player for player in play.players if player.role is Role.NEVER_VERIFIED]
    with play.show.stage("join", len(joiners)) as stage:
        play.disturb(stage, "join")
        for player in unproven:
            play.expect_refusal(stage, player, lambda player: player.who.join(play.wave_id))

        def act(player: Player) -> None:
            if not player.who.join(play.wave_id)["receipt"]["signature"]:
                raise RuntimeError("a receipt without a signature")
            player.joined = True

        play.everyone(joiners, act, stage)


def draw(play: Play) -> None:
    """The wave closes, is screened and drawn by itself; who comes too late is told so; the result is recomputed."""
    late = [player for player in play.players if player.role is Role.STAYS_AWAY and player.verified]
    with play.show.stage("closed and drawn by its schedule") as stage:
        play.until(lambda: _reached(play, "CLOSED", stage.note))
        for player in late:
            play.expect_refusal(stage, player, lambda player: player.who.join(play.wave_id))
        play.until(lambda: _reached(play, "DRAWN", stage.note))
        wave = play.operators[0].wave(play.wave_id)
        stage.note(f"{wave['selected']} selected of {wave['competing']} who competed")
    with play.show.stage("the published draw is recomputed") as stage:
        verdict = check_draw(play.api, play.options.local, play.wave_id)
        if not verdict.right:
            raise RuntimeError(f"the draw is wrong: see {verdict.report}")
        stage.note(verdict.last_line)


def decree(play: Play) -> None:
    """One operator proposes and may not approve; another one approves; members are made."""
    first, second = play.operators
    joined = [player for player in play.players if player.joined]
    with play.show.stage("decreed by two operators") as stage:
        approval = first.propose_decree(play.wave_id)
        try:
            first.approve(approval)
            raise RuntimeError("an operator approved their own proposal")
        except Refused as refused:
            stage.refused(refused.kind)
        second.approve(approval)
        play.until(lambda: _reached(play, "DECREED", stage.note))
    with play.show.stage("everybody sees how it ended", len(joined)) as stage:

        def act(player: Player) -> None:
            application = player.who.application(play.wave_id)
            player.outcome = application["state"]
            if not player.member:
                raise TurnedDown(application["reason"] or player.outcome)
            player.card = player.who.membership()["membership"]["card_number"]

        play.everyone(joined, act, stage)


def leave_a_wave_open(play: Play) -> None:
    """Another wave, open from now on for whoever wants to try the running system."""
    opens_at = play.now() + timedelta(seconds=2)
    play.open_wave_id = play.operators[0].create_wave(
        FIRST_NUMBER + 1000 + play.number, 100, 10, opens_at, opens_at + OPEN_FOR_TRYING
    )


def _joiners(play: Play) -> list[Player]:
    return [player for player in play.players if player.verified and player.role is Role.PLAYS]


def _seconds_to_join(play: Play, count: int) -> float:
    """Twice as long as joining takes at the pace of signing up, which was five requests, codes and all."""
    signing_up = next(stage for stage in play.show.stages if stage.total)
    needed = signing_up.seconds / len(play.players) / 5 * count
    return max(SHORTEST, 2 * needed) + (SECONDS_OF_CHAOS if play.options.chaos else 0.0)


def _reached(play: Play, state: str, note: Callable[[str], None] | None = None) -> str | None:
    now = str(play.operators[0].wave(play.wave_id)["state"])
    if note:
        note(f"waits for {state}: now {now}")
    return now if STATES.index(now) >= STATES.index(state) else None
