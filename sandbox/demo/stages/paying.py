"""The incentive: scheduled, released by two operators, sent to providers that lose answers, and paid once."""

from __future__ import annotations

from datetime import date
from typing import Any

from sandbox.demo.api import Refused
from sandbox.demo.cast import Player
from sandbox.demo.play import Play, TurnedDown
from sandbox.demo.show import Stage
from sandbox.demo.stages.linking import account_of, members, unlucky

ENDS = ("PAID", "PAYOUT_FAILED")
LOST_PERMILLE = 50
DOWN, DOWN_SECONDS = "BCA", 60
FORGED = 3


def schedule(play: Play) -> None:
    """Who has completed and reviewed a course sees the incentive by itself."""
    earners = [player for player in play.players if player.completed and not player.incentive]
    is_later = any(player.incentive for player in play.players)
    with play.show.stage("webinar: incentive scheduled" if is_later else "incentive scheduled", len(earners)) as stage:

        def act(player: Player) -> None:
            def look() -> dict[str, Any] | None:
                return next(iter(player.who.incentives()), None)

            incentive = play.follow(player, ("Insentif dijadwalkan",), look)
            player.incentive = incentive["amount"]
            player.scheduled_on = date.fromisoformat(incentive["scheduled_on"])

        play.everyone(earners, act, stage)


def release(play: Play) -> None:
    """A run declares count and sum; one operator proposes its release and another one approves."""
    first, second = play.operators
    with play.show.stage("payout run released by two operators") as stage:
        days = [player.scheduled_on for player in play.players if player.scheduled_on]
        approval = _declare(play, stage, max(days))
        try:
            first.approve(approval)
            raise RuntimeError("an operator released their own run")
        except Refused as refused:
            stage.refused(refused.kind)
        _spoil(play)
        second.approve(approval)


def pay(play: Play) -> None:
    """Sent by queue; where the answer is lost the outcome is unknown, and an inquiry tells. Never a second transfer."""
    earners = [player for player in play.players if player.incentive]
    with play.show.stage("paid", len(earners)) as stage:
        stage.note(
            f"{LOST_PERMILLE / 10:.0f} % of answers are lost, {DOWN} is down for {DOWN_SECONDS} s, "
            "call-backs come twice and out of order"
        )
        play.disturb(stage, "pay")
        play.everyone(earners, lambda player: _see_the_end(play, player), stage)
        for player in members(play):
            if not player.incentive:
                player.told = " ".join(player.who.missing())
        play.faults = play.outside.payment_faults()
        play.outside.mend_payments()


def try_again(play: Play) -> None:
    """A member has upgraded the wallet that took no money, and asks to be paid again: the same payout, a second attempt."""
    player = unlucky(play)[-1]
    with play.show.stage("wallet upgraded, tried again, paid", 1) as stage:
        play.outside.open_accounts([account_of(player.person, player.provider)])
        (failed,) = player.who.incentives()
        incentive = player.who.try_again(failed)
        approval = _declare(play, stage, date.fromisoformat(incentive["scheduled_on"]))
        play.operators[1].approve(approval)
        play.everyone([player], lambda player: _see_the_end(play, player), stage)
        stage.note(f"{len(player.attempts)} attempts at {player.provider}, one of them paid")


def _declare(play: Play, stage: Stage, until: date) -> str:
    """Collect what is due into a run, and propose its release; answers the approval's id."""
    officer = play.operators[0]
    run_id = officer.start_run(until)

    def declared() -> dict[str, Any] | None:
        run = officer.run(run_id)
        stage.note(f"waits for DECLARED: now {run['state']}")
        return run if run["state"] != "PREPARING" else None

    run = play.until(declared)
    stage.note(f"{run['count']} payouts, {run['amount_text']}")
    return officer.propose_release(run_id)


def _spoil(play: Play) -> None:
    """What goes wrong from now on, at whom it strikes first; the rest of the list is for what is left."""
    outside = play.outside
    for role in ("transfer", "status"):  # of its balance it still tells: else the run would not be released
        outside.break_payments("down", provider=DOWN.lower(), role=role, for_seconds=DOWN_SECONDS)
    outside.break_payments("lost_after_commit", nth=2, times=1, how="hang")
    outside.break_payments("lost_after_commit", nth=6, times=1, how="cut")
    outside.break_payments("lost_before_commit", nth=4, times=1, how="cut")
    outside.break_payments("lost_after_commit", permille=LOST_PERMILLE, how="cut")
    outside.break_payments("callback_duplicated", every=2)
    outside.break_payments("callback_out_of_order")
    outside.break_payments("callback_forged", every=4, times=FORGED)


def _see_the_end(play: Play, player: Player) -> None:
    """Wait until the member is told how it ended. Raises TurnedDown if they were not paid."""

    def look() -> dict[str, Any] | None:
        (incentive,) = player.who.incentives()
        return incentive if incentive["state"] in ENDS else None

    seen = play.follow(player, ("Insentif berhasil", "Insentif gagal dicairkan"), look)
    player.payment = str(seen["state"])
    player.provider_reference = str(seen["provider_reference"] or "")
    following = seen["next"] or {"text": ""}
    player.told = f"{seen['explanation']} {following['text']}".strip()
    player.attempts = [attempt["provider"] for attempt in player.who.payout(seen["payout_id"])["attempts"]]
    if player.payment != "PAID":
        player.failures += 1
        raise TurnedDown(str(seen["reason"]))
