"""The ledger's money in flight against the attempts that are open, at the close of every day.

What a close says never changes, and what was open at that moment never changes either: so the same comparison can be made
at any time later. A difference that is still there at another look is a case.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from prakerja.balance import in_flight_account, load_close
from prakerja.payouts.bookings import in_flight_at
from prakerja.payouts.messages import InFlightToCompare
from prakerja.payouts.model import PROVIDERS
from prakerja.payouts.store.in_flight import perhaps_in_flight
from prakerja.platform import Platform
from prakerja.platform.clock import end_of_wib_day
from prakerja.platform.findings import FindingKind, finding
from prakerja.platform.observability import count, log
from prakerja.platform.outbox import later

LOOKS = 3
"""So many times a difference that keeps changing is looked at."""
PAUSE_SECONDS = 600


def compare_in_flight(
    p: Platform, *, day: date, look: int = 1, before: Mapping[str, int] | None = None
) -> Mapping[str, int]:
    """Compare the close of a day (WIB) with the attempts that were open then; answers provider → rupiah that the ledger
    had more in flight, where that is not 0.

    ``before``: what the look before found. Repeating it is safe. A day that is not closed: nothing.
    """
    # load
    close = load_close(p.table, day)
    if close is None:
        return {}
    open_: Counter[str] = Counter()
    for payout in perhaps_in_flight(p.table, day, p.clock.programme()):
        provider = in_flight_at(payout, end_of_wib_day(day))
        if provider is not None:
            open_[provider] += payout.amount
    # decide
    booked = {provider: close.balances.get(in_flight_account(provider), 0) for provider in PROVIDERS}
    found = {name: booked[name] - open_[name] for name in PROVIDERS if booked[name] != open_[name]}
    if not found:
        return found
    # announce
    if found != before and look < LOOKS:
        again = InFlightToCompare(day=day, attempt=look + 1, facts=found)
        p.table.commit(outbox=[later(again, PAUSE_SECONDS)])
        return found
    log.error("in flight is not what attempts say", day=day.isoformat(), differences=found)
    count("ReconciliationDifferences", len(found))
    p.table.commit(
        outbox=[
            finding(
                FindingKind.TIE_OUT_DIFFERS,
                f"in-flight:{provider}",
                day=day.isoformat(),
                booked=booked[provider],
                open=open_[provider],
                difference=difference,
            )
            for provider, difference in found.items()
        ]
    )
    return found
