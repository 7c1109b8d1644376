"""What the programme office does: waves, approvals, payouts, the ledger, reconciliation, cases, dead letters."""

from __future__ import annotations

from functions.operator_api import (
    routes_approvals,
    routes_cases,
    routes_dead_letters,
    routes_exclusions,
    routes_ledger,
    routes_memberships,
    routes_partners,
    routes_payments,
    routes_payouts,
    routes_purchases,
    routes_seasons,
    routes_waves,
)
from prakerja.platform.http import Api

handler = Api(
    "operator",
    "Kartu Prakerja: operator",
    "For the programme office. Roles: wave_manager, payout_officer, partner_manager, auditor. Money and decrees need two people.",
    [
        routes_waves.router,
        routes_payouts.router,
        routes_payments.router,
        routes_approvals.router,
        routes_dead_letters.router,
        routes_cases.router,
        routes_exclusions.router,
        routes_memberships.router,
        routes_seasons.router,
        routes_purchases.router,
        routes_partners.router,
        routes_ledger.router,
    ],
)
