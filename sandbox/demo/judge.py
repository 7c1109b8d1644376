"""The judgement: what the outside world says, beside what the system and its members say.

The provider's books and the inbox are the judges. Each finding is one comparison; a run is good if all of them agree.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from prakerja.platform.clock import wib_date
from sandbox.demo.cast import Player
from sandbox.demo.findings import Finding, rupiah
from sandbox.demo.keys import PROVIDERS
from sandbox.demo.lessons import sold, taught
from sandbox.demo.office import Operator
from sandbox.demo.play import Play
from sandbox.demo.stages.linking import members

FORESEEN: dict[str, frozenset[str]] = {
    "verified by the civil registry": frozenset(
        ("DECEASED", "NIK_DUPLICATE", "NIK_NOT_FOUND", "IDENTITY_MISMATCH, then corrected")
    ),
    "the wave opens by its schedule": frozenset(("wave-not-open",)),
    "join": frozenset(("identity-missing",)),
    "closed and drawn by its schedule": frozenset(("wave-closed",)),
    "everybody sees how it ended": frozenset(("FAMILY_CAP", "QUOTA_REACHED", "RESERVE")),
    "link an account or wallet": frozenset(("account-refused", "account-name-mismatch")),
    "buy a course": frozenset(("ERRTRX40022", "cancelled by the platform")),
    "use the code, attend the first day": frozenset(("ERRTRX40031", "The photo does not match")),
    "post-test, skill shown, reviewed": frozenset(("ERRTRX40055",)),
    "log in with Prakerja": frozenset(("consent refused",)),
    "webinar: sessions 4 to 5": frozenset(("session over",)),
    "webinar: post-test, tasks, reviewed": frozenset(("Attend 1 more session.",)),
    "paid": frozenset(("PSP_ACCOUNT_INACTIVE", "PSP_KYC_REQUIRED", "PSP_BALANCE_LIMIT")),
}
"""Stage → what somebody may be told in it. Of a wallet that was not upgraded a provider may say, when it is asked later,
no more than that its limit is reached."""

REFUSALS = "refusals"
NOT_WAITED_FOR = frozenset((REFUSALS,))
"""Findings that do not come right with time."""
NOTICES_WAIT_SECONDS = 420.0
"""The last notices may wait for a second delivery, when a worker was killed with the first one in hand."""


@dataclass
class Ledger:
    """Our own bookings of some days, rupiah by class of account."""

    transfers: int = 0
    debits: Counter[str] = field(default_factory=Counter)
    credits: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, operator: Operator, first: date, last: date) -> Ledger:
        """All days from first to last (WIB), both inclusive."""
        ledger = cls()
        for number in range((last - first).days + 1):
            day = operator.ledger(first + timedelta(days=number))
            ledger.transfers += day["transfers"]
            ledger.debits.update(day["debits"])
            ledger.credits.update(day["credits"])
        return ledger

    def net(self, account: str) -> int:
        """What arrived less what left."""
        return self.credits[account] - self.debits[account]


def judge(play: Play, since: date) -> list[Finding]:
    """Compare everything. Waits for the last notices, and for payouts of an earlier run that was interrupted."""
    last = wib_date(play.now())
    operator = play.operators[0]
    with play.show.stage("compare the books") as stage:
        stage.note("waits for the last notices and payouts")
        give_up = time.monotonic() + NOTICES_WAIT_SECONDS
        found: dict[Callable[..., Iterator[Finding]], list[Finding]] = {}
        while True:
            for compare in PARTS:
                if not all(finding.agrees for finding in found.get(compare, [_NOT_YET])):
                    found[compare] = list(compare(play))
            findings = [
                *_money(play, Ledger.read(operator, since, last)),
                *(one for part in found.values() for one in part),
            ]
            wrong = [finding.what for finding in findings if not finding.agrees]
            if set(wrong) <= NOT_WAITED_FOR or time.monotonic() > give_up:
                stage.note("all agree" if not wrong else f"disagree: {', '.join(wrong)}")
                return findings
            stage.note(f"waits for: {', '.join(wrong)}")
            play.api.wait(3.0)


def _money(play: Play, ledger: Ledger) -> Iterator[Finding]:
    books = play.outside.books()
    yield Finding("the providers' own books are sound", "", str(books["agrees"]), bool(books["agrees"]))
    for provider in PROVIDERS:
        theirs = books["providers"][provider.lower()]
        paid, flying = ledger.net(f"PAID:{provider}"), ledger.net(f"IN_FLIGHT:{provider}")
        total = theirs["totals"]["rupiah"]
        yield Finding(f"paid through {provider}", rupiah(paid), rupiah(total), paid == total)
        yield Finding(f"on its way through {provider}", rupiah(flying), rupiah(0), flying == 0)
        twice = sum(count > 1 for count in theirs["credits_by_reference"].values())
        yield Finding(f"paid twice by {provider}", "0", str(twice), twice == 0)
    credited = dict(_credits(books))
    for_us = [player for player in play.players if player.account]
    paid_players = [player for player in for_us if player.payment == "PAID"]
    right = sum(_paid_once(player, credited) for player in paid_players)
    yield Finding("members paid, by name and number", str(len(paid_players)), str(right), right == len(paid_players))
    unpaid = [
        player for player in for_us if player.payment != "PAID" and credited.get((player.provider, player.account))
    ]
    yield Finding("money that a member does not see", "0", str(len(unpaid)), not unpaid)


def _statements(play: Play) -> Iterator[Finding]:
    """What the daily comparison came to, and how the day of the source account adds up."""
    for provider, report in play.reports.items():
        buckets, off = report["buckets"], report["tie_out"].get("difference", 0)
        matched = buckets.get("MATCHED", {"ours": 0, "paid": 0})
        ours, theirs = (
            f"{rupiah(matched[side])} in {report[what]}" for side, what in (("ours", "attempts"), ("paid", "rows"))
        )
        agrees = not report["differences"] and not off and matched["ours"] == matched["paid"]
        yield Finding(f"statement of {provider}, attempts and rows", ours, theirs, agrees)


def _callbacks(play: Play) -> Iterator[Finding]:
    """What providers told us unasked: all that is genuine was taken, nothing that is forged."""
    sent = play.outside.callbacks()
    forged = [one for one in sent if one["kind"] == "callback_forged"]
    genuine = [one for one in sent if one["kind"] != "callback_forged"]
    taken = sum(one["state"] == "ACCEPTED" for one in genuine)
    yield Finding("genuine call-backs taken", str(taken), str(len(genuine)), taken == len(genuine))
    believed = sum(one["state"] == "ACCEPTED" for one in forged)
    yield Finding(f"forged call-backs taken, of {len(forged)}", str(believed), "0", not believed)


def _credits(books: dict[str, Any]) -> Iterator[tuple[tuple[str, str], list[dict[str, Any]]]]:
    for provider in PROVIDERS:
        by_account: dict[str, list[dict[str, Any]]] = {}
        for credit in books["providers"][provider.lower()]["credits"]:
            by_account.setdefault(credit["account"], []).append(credit)
        yield from (((provider, account), received) for account, received in by_account.items())


def _paid_once(player: Player, credited: dict[tuple[str, str], list[dict[str, Any]]]) -> bool:
    received = credited.get((player.provider, player.account), [])
    paid = [(credit["amount"], credit["reference_no"]) for credit in received]
    return paid == [(player.incentive, player.provider_reference)]


def _members(play: Play) -> Iterator[Finding]:
    """Balances as members see them, against what partners were told about their purchases."""
    wrong, granted = [], 0
    for player in members(play):
        balance = player.who.membership()["balance"]
        granted += balance["granted"]
        spent = sum(p.price for p in player.purchases if p.completed)
        reserved = sum(p.price for p in player.purchases if p.is_open)
        forfeited = sum(p.price for p in player.purchases if p.not_completed)
        expected = (balance["granted"] - spent - reserved - forfeited, reserved, spent, forfeited)
        seen = tuple(balance[name] for name in ("available", "reserved", "spent", "forfeited"))
        if seen != expected:
            wrong.append(player)
    count = len(members(play))
    right = count - len(wrong)
    yield Finding("balances of members (granted " + rupiah(granted) + ")", str(right), str(count), not wrong)


def _inbox(play: Play) -> Iterator[Finding]:
    """Who was told what, by e-mail, against how far they came."""
    told: Counter[str] = Counter()
    came: Counter[str] = Counter()
    for player in play.players:
        told.update(play.inbox.subjects(player.person.email))
        came["Data diri terverifikasi"] += player.verified
        came["Selamat, Anda lolos"] += player.member
        came["Pelatihan selesai"] += sum(purchase.completed for purchase in player.purchases)
        came["Pelatihan tidak selesai"] += sum(purchase.not_completed for purchase in player.purchases)
        came["Insentif dijadwalkan"] += player.incentive > 0
        came["Insentif berhasil"] += player.payment == "PAID"
        came["Insentif gagal dicairkan"] += player.failures
    for subject, count in came.items():
        yield Finding(f"told: {subject}", str(count), str(told[subject]), count == told[subject])
    differing = sum(play.outside.facts(stand_in)["differing"] for stand_in in ("sms", "email"))
    yield Finding("messages that said two things", "0", str(differing), differing == 0)


def _refusals(play: Play) -> Iterator[Finding]:
    """Nobody was told no, or nothing at all, who should not have been."""
    told = [(stage, why) for player in play.players for stage, why in player.refusals]
    unforeseen = sorted({f"{why} at {stage}" for stage, why in told if why not in FORESEEN.get(stage, ())})
    yield Finding(REFUSALS, "as the story has them", ", ".join(unforeseen) or "the same", not unforeseen)


PARTS: tuple[Callable[[Play], Iterator[Finding]], ...] = (
    _statements,
    _callbacks,
    _members,
    sold,
    taught,
    _inbox,
    _refusals,
)
"""Every comparison but that of the ledger. What agrees once is not looked at again."""
_NOT_YET = Finding("not looked at yet", "", "", agrees=False)
