"""The day's end: what we sent is compared with what each provider says of it, by its statement or its settlement file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from prakerja.platform.clock import SystemClock, wib_date
from sandbox.demo.keys import PROVIDERS
from sandbox.demo.play import Play

BY_FILE = ("GOPAY",)
"""Providers that have no statement to be asked for: an operator hands in their file."""


def today() -> date:
    """The day (WIB) that references and statements belong to: by the wall clock, however programme time was moved."""
    return wib_date(SystemClock().wall())


def reconcile(play: Play) -> None:
    """The daily round, begun as its schedule begins it. Files are put to the signed address that an operator is given."""
    officer, day = play.operators[0], today()
    sent = Counter(provider for player in play.players for provider in player.attempts)
    before = {provider: _latest(play, provider, day) for provider in PROVIDERS}
    wanted = [provider for provider in PROVIDERS if sent[provider] or before[provider]]
    with play.show.stage("compare with the providers' statements", len(wanted)) as stage:
        for provider in BY_FILE:
            officer.hand_in(provider, day, play.outside.settlement_file(provider, day))
        play.admin.invoke("reconcile_payouts", {"round": "daily"})

        def compared() -> bool | None:
            for provider in wanted:
                latest = _latest(play, provider, day)
                if provider not in play.reports and _attempts(latest) >= _attempts(before[provider]) + sent[provider]:
                    play.reports[provider] = officer.report(latest["report_id"])
                    stage.done()
            missing = [provider for provider in wanted if provider not in play.reports]
            stage.note(f"waits for {', '.join(missing)}")
            return True if not missing else None

        play.until(compared)
        stage.note(", ".join(f"{name} by {report['source'].lower()}" for name, report in play.reports.items()))


def close(play: Play) -> None:
    """The nightly close, begun as its schedule begins it: it closes what is over, and leaves today open."""
    with play.show.stage("close the ledger's days") as stage:
        play.closing = list(map(date.fromisoformat, play.admin.invoke("close_day", {"close": "nightly"})["days"]))
        play.until(lambda: all(play.operators[0].ledger(day)["state"] == "CLOSED" for day in play.closing) or None)
        closed = ", ".join(map(str, play.closing))
        stage.note(f"closed {closed}; today is open" if closed else "today is open: make travel DAYS=1 ends it")


def _latest(play: Play, provider: str, day: date) -> Mapping[str, Any]:
    reports = play.operators[0].reports(provider, day)
    return reports[0] if reports else {}


def _attempts(report: Mapping[str, Any]) -> int:
    return int(report.get("attempts", 0))
