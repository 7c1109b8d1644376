"""Members link a bank account or wallet; the accounts of a few stop taking money afterwards."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.demo.cast import Player
from sandbox.demo.keys import PROVIDERS
from sandbox.demo.play import Play
from sandbox.world.people import Person

BANK = "BNI"
BANKS = ("BNI", "BCA")
"""The other providers are wallets, whose number is the phone."""
WRONG_ACCOUNTS = ("0000000001", "0000000002", "0000000003")
"""Another person's, a closed one, one that nobody has."""
UNPAYABLE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("OVO", {"status": "INACTIVE"}),
    ("BNI", {"status": "DORMANT"}),
    ("DANA", {"kyc": "NONE"}),
)
"""What becomes of the last members' accounts after they were linked, so that only the payout is refused. The very last
is a wallet that its owner only has to upgrade."""


def members(play: Play) -> list[Player]:
    """Who was selected."""
    return [player for player in play.players if player.member]


def shopper(play: Play) -> Player:
    """The member who buys nothing: the funded card for whoever tries the running system."""
    return members(play)[0]


def unlucky(play: Play) -> list[Player]:
    """Whose accounts cannot be paid when it comes to it."""
    return members(play)[-len(UNPAYABLE) :]


def link_accounts(play: Play) -> None:
    """Bank accounts and wallets at all providers in turn. Some first try one that is not theirs, closed or unknown, and are told so."""
    linking = members(play)
    _open_accounts(play, linking)
    with play.show.stage("link an account or wallet", len(linking)) as stage:
        play.disturb(stage, "account")
        for player, number in zip(linking[1:], WRONG_ACCOUNTS, strict=False):
            play.expect_refusal(stage, player, partial(_link, number))

        def act(player: Player) -> None:
            number = player.account if player.provider in BANKS else player.person.phone
            player.who.link(player.provider, number)

        play.everyone(linking, act, stage)
        stage.note(f"then {len(UNPAYABLE)} of the accounts stop taking money")
        flawed = zip(unlucky(play), UNPAYABLE, strict=True)
        play.outside.open_accounts([account_of(player.person, player.provider) | flaw for player, (_, flaw) in flawed])


def _link(number: str, player: Player) -> None:
    player.who.link(BANK, number)


def _open_accounts(play: Play, linking: list[Player]) -> None:
    """Accounts in the members' names, at all providers in turn."""
    accounts: list[dict[str, Any]] = [
        {"provider": "bni", "number": WRONG_ACCOUNTS[0], "name": "ORANG LAIN SEKALI"},
        {
            "provider": "bni",
            "number": WRONG_ACCOUNTS[1],
            "name": linking[2].person.full_name.upper(),
            "status": "CLOSED",
        },
    ]
    for number, player in enumerate(linking):
        player.provider = PROVIDERS[number % len(PROVIDERS)]
    for player, (provider, _) in zip(unlucky(play), UNPAYABLE, strict=True):
        player.provider = provider
    for player in linking:
        player.account = account_number(player.provider, player.person.phone)
        accounts.append(account_of(player.person, player.provider))
    play.outside.open_accounts(accounts)


def account_of(person: Person, provider: str) -> dict[str, Any]:
    """Somebody's account as its provider knows it."""
    return {
        "provider": provider.lower(),
        "number": account_number(provider, person.phone),
        "name": person.full_name.upper(),
        "nik": person.nik,
    }


def account_number(provider: str, phone: str) -> str:
    """A wallet's number is the phone; a bank account's is made from it."""
    return phone[2:] if provider in BANKS else f"62{phone[1:]}"
