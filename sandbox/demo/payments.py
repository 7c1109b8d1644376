"""What the summary says about the money: by provider, who was not paid and what they were told, cases, call-backs, days."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from prakerja.platform.clock import wib_date
from sandbox.demo.cast import Player
from sandbox.demo.keys import PROVIDERS
from sandbox.demo.play import Play
from sandbox.demo.stages.linking import members

Row = tuple[str, ...]
WAITING = {
    "UNKNOWN": "outcome not known, longer than the provider may take",
    "HELD": "held: answer and order contradict each other",
    "PARKED": "parked: our own request is wrong",
    "FAILED": "failed: the member must act",
    "RETURNED": "paid, and sent back",
}
"""By state."""


@dataclass(frozen=True)
class Payments:
    """Each list holds the rows of a table."""

    providers: list[Row] = field(default_factory=list)
    """Provider, instructions, paid, not paid, what comparing the day came to, by what."""
    unpaid: list[Row] = field(default_factory=list)
    """Member, provider, what they were told."""
    waiting: list[Row] = field(default_factory=list)
    """State of payouts that no machine helps any further, how many there are now."""
    cases: list[Row] = field(default_factory=list)
    """Kind, how many were opened."""
    callbacks: list[Row] = field(default_factory=list)
    """What became of call-backs, how many."""
    faults: list[Row] = field(default_factory=list)
    """What the providers did wrong, how often."""
    days: list[Row] = field(default_factory=list)
    """Day of the ledger, its state, transfers, digest."""


def look_at(play: Play) -> Payments:
    """Gather all of it, as members and operators are shown it."""
    return Payments(
        providers=[_provider(play, provider) for provider in PROVIDERS],
        unpaid=[_unpaid(player) for player in members(play) if player.payment != "PAID"],
        waiting=[(words, str(len(play.operators[0].payouts(state)))) for state, words in WAITING.items()],
        cases=sorted((kind, str(count)) for kind, count in _cases(play).items()),
        callbacks=_callbacks(play),
        faults=sorted((what, str(count)) for what, count in play.faults.items()),
        days=_days(play),
    )


def _provider(play: Play, provider: str) -> Row:
    here = [player for player in play.players if player.provider == provider and player.incentive]
    paid = sum(player.payment == "PAID" for player in here)
    sent = sum(player.attempts.count(provider) for player in here)
    report: dict[str, Any] = play.reports.get(provider, {})
    buckets = ", ".join(f"{one['count']} {name}" for name, one in sorted(report.get("buckets", {}).items()))
    return provider, str(sent), str(paid), str(len(here) - paid), buckets or "-", str(report.get("source", "-"))


def _unpaid(player: Player) -> Row:
    return f"member {player.number}", player.provider if player.incentive else "-", player.told


def _cases(play: Play) -> Counter[str]:
    """Those that were opened while this was played."""
    opened = play.operators[0].cases()
    return Counter(case["kind"] for case in opened if datetime.fromisoformat(case["opened_at"]) >= play.began)


def _callbacks(play: Play) -> list[Row]:
    """By what we counted ourselves; the judgement goes by what the providers were answered."""
    names = {
        "CallbackTaken": "taken: the provider was asked at once",
        "CallbackRepeated": "heard before",
        "CallbackForged": "refused: not proven to be the provider's",
        "CallbackOfNobody": "about a reference that is not ours",
    }
    return [(words, str(play.admin.counted(name, play.began))) for name, words in names.items()]


def _days(play: Play) -> list[Row]:
    shown: list[Row] = []
    for day in sorted({wib_date(play.now()), *play.closing}):
        ledger = play.operators[0].ledger(day)
        shown.append((day.isoformat(), ledger["state"], str(ledger["transfers"]), (ledger["digest"] or "-")[:16]))
    return shown
