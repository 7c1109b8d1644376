"""Members link an account, platforms sell to them, institutions teach them, they review."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from functools import partial
from typing import Any

from sandbox.demo.api import NoAnswer, Refused
from sandbox.demo.cast import Player, Purchase
from sandbox.demo.keys import PROVIDERS
from sandbox.demo.partner import Platform
from sandbox.demo.play import Play
from sandbox.demo.show import Stage
from sandbox.world.people import Person

POST_TEST = 999
BANK = "BNI"
BANKS = ("BNI", "BCA")
"""The other providers are wallets, whose number is the phone."""
REVIEW = "Materinya jelas & langsung terpakai di tempat kerja."
SECOND_COURSES = 12
"""Redeem codes that stay unused, for whoever wants to try the running system."""
CODE_ASKED = 4
WRONG_ACCOUNTS = ("0000000001", "0000000002", "0000000003")
"""Another person's, a closed one, one that nobody has."""
UNPAYABLE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("OVO", {"status": "INACTIVE"}),
    ("BNI", {"status": "DORMANT"}),
    ("DANA", {"kyc": "NONE"}),
)
"""What becomes of the last members' accounts after they were linked, so that only the payout is refused. The very last
is a wallet that its owner only has to upgrade."""


@dataclass(frozen=True)
class Offer:
    """What is bought: a course of the seeded catalogue, its schedule and the platform."""

    course_code: str
    schedule_code: str
    institution: str
    platform: str


FIRST = (
    Offer("EXCEL-DASAR", "MANDIRI", "lp_cipta_karya", "dp_tokopedia"),
    Offer("DESAIN-GRAFIS", "MANDIRI", "lp_nusa_digital", "dp_pijar_mahir"),
    Offer("EXCEL-DASAR", "MANDIRI", "lp_cipta_karya", "dp_bukalapak"),
)
SECOND = Offer("PEMASARAN-DIGITAL", "MANDIRI", "lp_nusa_digital", "dp_tokopedia")


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


def buy(play: Play) -> None:
    """Platforms sell; one member mistypes the code, another one's purchase is cancelled again."""
    buyers = members(play)[1:]
    prices = {offer: price_of(play, offer) for offer in {*FIRST, SECOND}}
    with play.show.stage("buy a course", len(buyers)) as stage:
        play.disturb(stage, "buy")
        for offer in FIRST:
            if play.platforms[offer.platform].seats(offer.course_code, offer.schedule_code) < len(buyers):
                raise RuntimeError(f"{offer.course_code} has too few seats: make clean")

        def act(player: Player) -> None:
            offer = FIRST[player.number % len(FIRST)]
            mistyped = stage if player is buyers[0] else None
            player.purchases.append(_buy(play, player, offer, prices[offer], mistyped))

        play.everyone(buyers, act, stage)
        cancelled = buyers[1]
        if cancelled.purchases:
            _cancel(play, cancelled.purchases[-1])
            play.refuse(cancelled, stage, "cancelled by the platform")


def redeem(play: Play) -> None:
    """The institution looks at the code, uses it and looks again; another institution does not see it."""
    buyers = [player for player in members(play) if _open_purchase(player)]
    with play.show.stage("redeem the code", len(buyers)) as stage:
        play.disturb(stage, "redeem")
        stranger = next(code for code in play.institutions if code != _purchase(buyers[0]).institution)
        play.expect_refusal(
            stage, buyers[0], lambda player: play.institutions[stranger].status(_purchase(player).redeem_code)
        )

        def act(player: Player) -> None:
            purchase = _purchase(player)
            institution = play.institutions[purchase.institution]
            if institution.status(purchase.redeem_code)["status"] == 0:
                institution.commit(purchase.redeem_code)
            if institution.status(purchase.redeem_code, 1)["status"] != 1:
                raise RuntimeError("a redeemed code is not redeemed")
            purchase.redeemed = True

        play.everyone(buyers, act, stage)


def complete(play: Play) -> None:
    """Evidence of the session and of the post-test arrives, which completes the course; the member reviews it."""
    learners = [player for player in members(play) if _open_purchase(player)]
    with play.show.stage("complete and review", len(learners)) as stage:
        play.disturb(stage, "complete")

        def act(player: Player) -> None:
            purchase = _purchase(player)
            institution = play.institutions[purchase.institution]
            institution.report(purchase.redeem_code, 1)
            score = 70 + zlib.crc32(purchase.redeem_code.encode()) % 31
            purchase.completed = institution.report(purchase.redeem_code, POST_TEST, score)["completed"]
            for known in player.who.purchases():
                if known["redeem_code"] == purchase.redeem_code:
                    player.who.review(known["purchase_id"], 4 + score % 2, REVIEW)

        play.everyone(learners, act, stage)


def buy_again(play: Play) -> None:
    """Some members buy a second course and do not use its code yet."""
    buyers = [player for player in members(play) if player.completed][:SECOND_COURSES]
    price = price_of(play, SECOND)
    with play.show.stage("buy a second course", len(buyers)) as stage:
        stage.note("a card is sent one code a minute")

        def act(player: Player) -> None:
            player.purchases.append(_buy(play, player, SECOND, price, None))

        play.everyone(buyers, act, stage)


def price_of(play: Play, offer: Offer) -> int:
    """Rupiah, from the public catalogue."""
    return int(play.api.call("GET", f"/v1/courses/{offer.course_code}")["course"]["price"])


def _link(number: str, player: Player) -> None:
    player.who.link(BANK, number)


def _buy(play: Play, player: Player, offer: Offer, price: int, mistyped: Stage | None) -> Purchase:
    platform = play.platforms[offer.platform]
    buyer = f"{play.number}-{player.number}"
    invoice = f"INV/{buyer}/{len(player.purchases) + 1}"
    for _ in range(CODE_ASKED):
        after = play.inbox.last
        token = platform.ask_for_code(f"u-{buyer}", player.card, offer.course_code, offer.schedule_code, price)
        play.secrets.add(token)
        found = player.who.payment_code(after)
        if found is None:
            continue
        code = found[1]
        if mistyped:
            play.expect_refusal(mistyped, player, partial(_mistype, platform, token, code, invoice))
        bought = platform.authorise(token, code, invoice)
        if platform.status(invoice)["transaction_code"] != bought["transaction_code"]:
            raise RuntimeError("a platform's transaction has two codes")
        return Purchase(
            invoice, bought["transaction_code"], offer.platform, offer.institution, price, bought["redeem_code"]
        )
    raise NoAnswer("no payment code came")


def _mistype(platform: Platform, token: str, code: str, invoice: str, _: Player) -> None:
    platform.authorise(token, f"{(int(code) + 1) % 10**6:06}", invoice)


def _cancel(play: Play, purchase: Purchase) -> None:
    platform = play.platforms[purchase.platform]
    try:
        platform.cancel(purchase.invoice, purchase.transaction)
    except Refused as refused:
        if refused.kind != "ERRPLT40028":  # cancelled already, and the answer was lost
            raise
    purchase.cancelled = True


def _purchase(player: Player) -> Purchase:
    return player.purchases[0]


def _open_purchase(player: Player) -> bool:
    return bool(player.purchases) and not player.purchases[0].cancelled


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
