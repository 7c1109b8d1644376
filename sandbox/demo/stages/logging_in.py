"""Log in with Prakerja: one member allows it at a platform that came before PKCE, one at a newer one, and one refuses."""

from __future__ import annotations

from sandbox.demo.cast import Player
from sandbox.demo.play import Play, TurnedDown
from sandbox.demo.stages.buying import FIRST
from sandbox.demo.stages.linking import members
from sandbox.demo.surfing import NO, YES

REFUSES = 2
"""Which of the members who are asked."""


def log_in(play: Play) -> None:
    """Consent page, sign-in on the way, code, tokens, profile, new tokens. The profile holds what was allowed."""
    asked = [player for player in members(play) if player.purchases and not player.purchases[0].cancelled][
        : REFUSES + 1
    ]
    with play.show.stage("log in with Prakerja", len(asked)) as stage:

        def act(player: Player) -> None:
            offer = FIRST[asked.index(player) % len(FIRST)]
            shop, surfer = play.platforms[offer.platform], play.surfer(player)
            login = shop.begin_login()
            page = surfer.open(login.address)
            refuses = player is asked[REFUSES]
            page = surfer.answer(page, NO if refuses else YES)
            tokens = shop.finish_login(login, page.left_for)
            player.who.secrets |= surfer.browser.secrets
            player.logged_in = tokens is not None
            if tokens is None:
                raise TurnedDown("consent refused")
            before, after = shop.profile(tokens), shop.profile(shop.refresh(tokens))
            truth = {
                "name": player.person.full_name,
                "no_prakerja": player.card,
                "email": "",
                "phone_number": "",
                "dp_user_id": next((sale.user for sale in shop.sales.values() if sale.card == player.card), ""),
            }
            if before != after or {name: after[name] for name in truth} != truth:
                raise RuntimeError("a profile says something else than what the member allowed")

        play.everyone(asked, act, stage)
