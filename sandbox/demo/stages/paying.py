"""The incentive: scheduled, released by two operators, sent to providers that lose answers, and paid once."""

from __future__ import annotations

from datetime import timedelta

from prakerja.platform.clock import wib_date
from sandbox.demo.api import Refused
from sandbox.demo.cast import Player
from sandbox.demo.play import Play, TurnedDown

ENDS = ("PAID", "PAYOUT_FAILED")
LOST_PERMILLE = 50


def schedule(play: Play) -> None:
    """Who has completed and reviewed a course sees the incentive by itself."""
    earners = [player for player in play.players if player.completed]
    with play.show.stage("incentive scheduled", len(earners)) as stage:

        def act(player: Player) -> None:
            def look() -> int | None:
                found = player.who.incentives()
                return sum(incentive["amount"] for incentive in found) if found else None

            player.incentive = play.follow(player, ("Insentif dijadwalkan",), look)

        play.everyone(earners, act, stage)


def release(play: Play) -> None:
    """A run declares count and sum; one operator proposes its release and another one approves."""
    first, second = play.operators
    with play.show.stage("payout run released by two operators") as stage:
        run_id = first.start_run(wib_date(play.now()) + timedelta(days=1))

        def declared() -> dict[str, object] | None:
            run = first.run(run_id)
            stage.note(f"waits for DECLARED: now {run['state']}")
            return run if run["state"] != "PREPARING" else None

        run = play.until(declared)
        stage.note(f"{run['count']} payouts, {run['amount_text']}")
        approval = first.propose_release(run_id)
        try:
            first.approve(approval)
            raise RuntimeError("an operator released their own run")
        except Refused as refused:
            stage.refused(refused.kind)
        play.outside.break_payments("lost_after_commit", nth=2, times=1, how="hang")
        play.outside.break_payments("lost_before_commit", nth=4, times=1, how="cut")
        play.outside.break_payments("lost_after_commit", permille=LOST_PERMILLE, how="cut")
        second.approve(approval)


def pay(play: Play) -> None:
    """Sent by queue; where the answer is lost the outcome is unknown, and an inquiry tells. Never a second transfer."""
    earners = [player for player in play.players if player.incentive]
    with play.show.stage("paid", len(earners)) as stage:
        stage.note(f"the providers lose {LOST_PERMILLE / 10:.0f} % of their answers")
        play.disturb(stage, "pay")

        def act(player: Player) -> None:
            def look() -> dict[str, object] | None:
                (incentive,) = player.who.incentives()
                return incentive if incentive["state"] in ENDS else None

            seen = play.follow(player, ("Insentif berhasil", "Insentif gagal dicairkan"), look)
            player.payment = str(seen["state"])
            player.provider_reference = str(seen["provider_reference"] or "")
            if player.payment != "PAID":
                raise TurnedDown(str(seen["reason"]))

        play.everyone(earners, act, stage)
        play.outside.mend_payments()
