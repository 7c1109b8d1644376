"""Signing up with phone and e-mail, and proving who one is; in the middle the civil registry is away for a while."""

from __future__ import annotations

import threading

from sandbox.demo.cast import Player, Role, claim_of
from sandbox.demo.play import Play, TurnedDown
from sandbox.world.people import Case

AWAY_SECONDS = 6.0
VERDICTS = ("Data diri terverifikasi", "Data diri belum dapat diverifikasi")
NEW_DEVICES = 3
"""People who later come with another device as well."""


def sign_up(play: Play) -> None:
    """Phone, then e-mail, each with a code from the inbox; the refresh token is traded once."""
    with play.show.stage("sign up: phone and e-mail", len(play.players)) as stage:
        play.disturb(stage, "sign-up")

        def act(player: Player) -> None:
            player.who.sign_in("PHONE")
            player.who.prove_contact("EMAIL")
            player.who.refresh()
            player.signed_up = True

        play.everyone(play.players, act, stage)


def prove_identity(play: Play) -> None:
    """Everybody but one sends an identity; what the registry finds wrong is corrected where it can be."""
    senders = [player for player in play.players if player.signed_up and player.role is not Role.NEVER_VERIFIED]
    with play.show.stage("send identity", len(senders)) as stage:
        back = threading.Timer(AWAY_SECONDS, play.outside.behave, ("registry", "up"))

        def away() -> None:
            play.outside.behave("registry", "down")
            back.start()
            stage.note(f"the civil registry is away for {AWAY_SECONDS:.0f} s; checks wait")

        stage.halfway(away)
        play.everyone(senders, lambda player: player.who.send_identity(claim_of(player.person)), stage)
    with play.show.stage("verified by the civil registry", len(senders)) as stage:
        back.join()
        stage.note("it is back; pending checks go on by themselves")
        play.disturb(stage, "identity")

        def act(player: Player) -> None:
            player.identity = _verdict(play, player)
            if player.person.case is Case.WRONG_MOTHER and not player.verified:
                play.refuse(player, stage, f"{player.identity}, then corrected")
                player.who.send_identity(claim_of(player.person) | {"mother_name": player.person.mother_name})
                player.identity = _verdict(play, player)
            if not player.verified:
                raise TurnedDown(player.identity)

        play.everyone(senders, act, stage)


def come_with_another_device(play: Play) -> None:
    """A verified person on a new device proves both addresses: a stolen SIM card alone opens nothing."""
    verified = [player for player in play.players if player.verified][:NEW_DEVICES]
    with play.show.stage("sign in on another device", len(verified)) as stage:

        def act(player: Player) -> None:
            if not player.who.sign_in("EMAIL", device_id=f"tablet-{player.who.device_id}"):
                raise RuntimeError("a new device got in with one code")

        play.everyone(verified, act, stage)


def _verdict(play: Play, player: Player) -> str:
    def look() -> str | None:
        status = player.who.identity()
        return status if status != "PENDING" else None

    return play.follow(player, VERDICTS, look)
