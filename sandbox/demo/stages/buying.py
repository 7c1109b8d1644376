"""Platforms sell to members; one of them is kept out for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sandbox.demo.api import NoAnswer, Refused
from sandbox.demo.cast import Player, Purchase
from sandbox.demo.play import Play
from sandbox.demo.show import Stage
from sandbox.demo.stages.linking import members

SECOND_COURSES = 12
"""Redeem codes that stay unused, for whoever wants to try the running system."""
CODE_ASKED = 4
WEBINAR_SEATS = slice(4, 8)
"""Which of the members take the webinar; the last of them misses a session."""
SUSPENDED = "dp_pintaria"
NOT_BELIEVED = "ERRSIG40101"


@dataclass(frozen=True)
class Offer:
    """What is bought: a course of the seeded catalogue and the platform."""

    course_code: str
    institution: str
    platform: str


FIRST = (
    Offer("EXCEL-DASAR", "lp_cipta_karya", "dp_tokopedia"),
    Offer("DESAIN-GRAFIS", "lp_nusa_digital", "dp_pijar_mahir"),
    Offer("EXCEL-DASAR", "lp_cipta_karya", "dp_bukalapak"),
)
"""Self-paced: one learning day and the post-test."""
WEBINAR = Offer("WAWANCARA-KERJA", "lp_cipta_karya", "dp_tokopedia")
"""Five sessions on two mornings, from the day after tomorrow."""
SECOND = Offer("PEMASARAN-DIGITAL", "lp_nusa_digital", "dp_tokopedia")
OFFERS = (*FIRST, WEBINAR, SECOND)
IN_USE = frozenset((*(code for offer in OFFERS for code in (offer.platform, offer.institution)), SUSPENDED))
"""Partners in whose name something is done."""


@dataclass(frozen=True)
class Sold:
    """A run of a course at its price (rupiah)."""

    offer: Offer
    schedule_code: str
    sessions: int
    price: int


def webinar_group(play: Play) -> list[Player]:
    """Who takes the webinar."""
    return members(play)[WEBINAR_SEATS]


def buy(play: Play) -> None:
    """Platforms sell; one member mistypes the code, another one's purchase is cancelled again."""
    buyers = members(play)[1:]
    goods = {offer: on_sale(play, offer) for offer in (*FIRST, WEBINAR)}
    in_webinar = {player.number for player in webinar_group(play)}
    with play.show.stage("buy a course", len(buyers)) as stage:
        play.disturb(stage, "buy")
        for sold in goods.values():
            wanted = len(in_webinar) if sold.offer is WEBINAR else len(buyers)
            if play.platforms[sold.offer.platform].seats(sold.offer.course_code, sold.schedule_code) < wanted:
                raise RuntimeError(f"{sold.offer.course_code} has too few seats: make clean")

        def act(player: Player) -> None:
            offer = WEBINAR if player.number in in_webinar else FIRST[player.number % len(FIRST)]
            mistyped = stage if player is buyers[0] else None
            player.purchases.append(_buy(play, player, goods[offer], mistyped))

        play.everyone(buyers, act, stage)
        cancelled = buyers[1]
        if cancelled.purchases:
            _cancel(play, cancelled.purchases[-1])
            play.refuse(cancelled, stage, "cancelled by the platform")


def suspend_a_platform(play: Play) -> None:
    """One operator keeps a platform out, at once; it takes two to let it in again."""
    first, second = play.operators
    platform, sold = play.platforms[SUSPENDED], on_sale(play, SECOND)
    with play.show.stage("a platform suspended, then resumed") as stage:
        first.suspend(SUSPENDED, "sold courses under another name")
        try:
            platform.seats(sold.offer.course_code, sold.schedule_code)
            raise RuntimeError("a suspended partner was believed")
        except Refused as refused:
            if refused.kind != NOT_BELIEVED:
                raise
            stage.refused(refused.kind)
        second.approve(first.propose_resumption(SUSPENDED))
        seats = platform.seats(sold.offer.course_code, sold.schedule_code)
        stage.note(f"refused from the next request on; let in by two, it sees {seats} seats again")


def buy_again(play: Play) -> None:
    """Some members buy a second course and do not use its code yet: who has finished one, and whose course is over."""
    free = [player for player in members(play) if player.purchases and not player.purchases[0].is_open]
    buyers = sorted(free, key=lambda player: player.completed)[:SECOND_COURSES]
    sold = on_sale(play, SECOND)
    with play.show.stage("buy a second course", len(buyers)) as stage:
        stage.note("a card is sent one code a minute")

        def act(player: Player) -> None:
            player.purchases.append(_buy(play, player, sold, None))

        play.everyone(buyers, act, stage)


def on_sale(play: Play, offer: Offer) -> Sold:
    """The first run of a course that is still sold, from the public catalogue."""
    found = play.api.call("GET", f"/v1/courses/{offer.course_code}")
    now = play.now()
    runs = [run for run in found["schedules"] if datetime.fromisoformat(run["sales_until"]) > now]
    first = min(runs, key=lambda run: datetime.fromisoformat(run["starts_at"]))
    return Sold(offer, str(first["schedule_code"]), int(first["sessions"]), int(found["course"]["price"]))


def _buy(play: Play, player: Player, sold: Sold, mistyped: Stage | None) -> Purchase:
    offer, platform = sold.offer, play.platforms[sold.offer.platform]
    user = f"{play.number}-{player.number}"
    invoice = f"INV/{user}/{len(player.purchases) + 1}"
    for _ in range(CODE_ASKED):
        after = play.inbox.last
        token = platform.ask_for_code(f"u-{user}", player.card, offer.course_code, sold.schedule_code, sold.price)
        found = player.who.payment_code(after)
        if found is None:
            continue
        code = found[1]
        pay = partial(platform.authorise, token, invoice=invoice, user=f"u-{user}", card=player.card)
        if mistyped:
            play.expect_refusal(mistyped, player, partial(_mistype, pay, code))
        sale = pay(code=code)
        return Purchase(
            invoice,
            offer.platform,
            offer.institution,
            offer.course_code,
            sale.amount,
            sale.redeem_code,
            sold.sessions,
        )
    raise NoAnswer("no payment code came")


def _mistype(pay: Callable[..., object], code: str, _: Player) -> None:
    pay(code=f"{(int(code) + 1) % 10**6:06}")


def _cancel(play: Play, purchase: Purchase) -> None:
    platform = play.platforms[purchase.platform]
    platform.cancel(purchase.invoice)
    purchase.cancelled = True
    try:
        platform.cancel(purchase.invoice)
        raise RuntimeError("a purchase was cancelled twice")
    except Refused as refused:
        if refused.kind != "ERRPLT40028":
            raise
