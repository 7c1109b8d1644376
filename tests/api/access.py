"""Whom each route is for."""

from __future__ import annotations

from typing import Literal

from prakerja.platform.auth import Role

Access = Literal["anybody", "person"] | frozenset[Role]
MANAGER, OFFICER = frozenset({Role.WAVE_MANAGER}), frozenset({Role.PAYOUT_OFFICER})
REGISTRAR = frozenset({Role.PARTNER_MANAGER})
MANAGER_SEEN, OFFICER_SEEN = MANAGER | {Role.AUDITOR}, OFFICER | {Role.AUDITOR}
EVERY_ROLE = frozenset(Role)

ACCESS: dict[str, Access] = {
    **{
        f"GET /docs/{audience}{rest}": "anybody"
        for audience in ("sign-in", "participant", "operator")
        for rest in ("", "/openapi.json")
    },
    "POST /v1/sign-in/challenges": "anybody",
    "POST /v1/sign-in/challenges/{challenge_id}/resend": "anybody",
    "POST /v1/sign-in/challenges/{challenge_id}/verify": "anybody",
    "POST /v1/sessions/refresh": "anybody",
    "GET /.well-known/jwks.json": "anybody",
    "GET /v1/regions": "anybody",
    "GET /v1/waves": "anybody",
    "GET /v1/waves/{wave_id}": "anybody",
    "GET /v1/waves/{wave_id}/draw": "anybody",
    "GET /v1/receipt-keys": "anybody",
    "GET /v1/courses": "anybody",
    "GET /v1/courses/{course_code}": "anybody",
    "POST /v1/contacts": "person",
    "POST /v1/contacts/challenges/{challenge_id}/resend": "person",
    "POST /v1/contacts/challenges/{challenge_id}/verify": "person",
    "POST /v1/contacts/confirmations": "person",
    "POST /v1/contacts/confirmations/{challenge_id}/resend": "person",
    "POST /v1/contacts/confirmations/{challenge_id}/verify": "person",
    "GET /v1/sessions/current": "person",
    "DELETE /v1/sessions/current": "person",
    "POST /v1/identity": "person",
    "GET /v1/identity": "person",
    "PUT /v1/waves/{wave_id}/application": "person",
    "GET /v1/waves/{wave_id}/application": "person",
    "GET /v1/membership": "person",
    "GET /v1/purchases": "person",
    "GET /v1/purchases/{purchase_id}": "person",
    "GET /v1/purchases/{purchase_id}/timeline": "person",
    "GET /v1/attendances/{state}": "person",
    "PUT /v1/attendances/{state}": "person",
    "GET /v1/membership/platform-accounts": "person",
    "GET /v1/profile": "person",
    "PUT /v1/profile": "person",
    "PUT /v1/purchases/{purchase_id}/review": "person",
    "PUT /v1/account": "person",
    "GET /v1/account": "person",
    "DELETE /v1/account": "person",
    "POST /v1/account/cancellation": "person",
    "GET /v1/incentives": "person",
    "POST /v1/incentives/{kind}/{number}/retry": "person",
    "GET /v1/payouts/{payout_id}": "person",
    "POST /operator/v1/waves": MANAGER,
    "GET /operator/v1/waves/{wave_id}": MANAGER_SEEN,
    "PUT /operator/v1/waves/{wave_id}/cancellation": MANAGER,
    "PUT /operator/v1/waves/{wave_id}/decree": MANAGER,
    "GET /operator/v1/approvals": EVERY_ROLE,
    "PUT /operator/v1/approvals/{approval_id}/approval": MANAGER,  # a decree; a payout run: see below
    "PUT /operator/v1/approvals/{approval_id}/refusal": MANAGER,
    "POST /operator/v1/payout-runs": OFFICER,
    "GET /operator/v1/payout-runs": OFFICER_SEEN,
    "GET /operator/v1/payout-runs/{run_id}": OFFICER_SEEN,
    "PUT /operator/v1/payout-runs/{run_id}/release": OFFICER,
    "GET /operator/v1/payouts": OFFICER_SEEN,
    "GET /operator/v1/payouts/{payout_id}": OFFICER_SEEN,
    "PUT /operator/v1/payouts/{payout_id}/verdict": OFFICER,
    "GET /operator/v1/channels": OFFICER_SEEN,
    "PUT /operator/v1/channels/{provider}/stop": EVERY_ROLE,  # who sees the fire pulls the alarm
    "PUT /operator/v1/channels/{provider}/start": OFFICER,
    "PUT /operator/v1/payout-runs/{run_id}/withdrawal": OFFICER,
    "POST /operator/v1/exclusion-lists": OFFICER,
    "GET /operator/v1/exclusion-lists": OFFICER_SEEN,
    "POST /operator/v1/exclusions/search": OFFICER_SEEN,
    "POST /operator/v1/exclusions/lift": OFFICER,
    "PUT /operator/v1/memberships/{person_id}/revocation": OFFICER,
    "GET /operator/v1/memberships/{person_id}": OFFICER_SEEN,
    "PUT /operator/v1/memberships/{person_id}/extension": OFFICER,
    "GET /operator/v1/deadlines/{day}": OFFICER_SEEN,
    "GET /operator/v1/seasons/{year}": OFFICER_SEEN,
    "GET /operator/v1/memberships/{person_id}/claims": OFFICER_SEEN,
    "POST /operator/v1/memberships/{person_id}/claims/{kind}/{number}/repayments": OFFICER,
    "GET /operator/v1/purchases/{person_id}": OFFICER_SEEN,
    "PUT /operator/v1/purchases/{person_id}/{purchase_id}/cancellation": OFFICER,
    "PUT /operator/v1/schedules/{course_code}/{schedule_code}/cancellation": OFFICER,
    "GET /operator/v1/schedules/{course_code}/cancellations/{approval_id}": OFFICER_SEEN,
    "PUT /operator/v1/memberships/{person_id}/platform-accounts/{client_code}/release": OFFICER,
    "GET /operator/v1/ledger/{day}": OFFICER_SEEN,
    "GET /operator/v1/reconciliations": OFFICER_SEEN,
    "GET /operator/v1/reconciliations/{report_id}": OFFICER_SEEN,
    "GET /operator/v1/reconciliations/{report_id}/rows": OFFICER_SEEN,
    "POST /operator/v1/settlement-files": OFFICER,
    "PUT /operator/v1/settlement-files/{file_id}/receipt": OFFICER,
    "GET /operator/v1/cases": OFFICER_SEEN,
    "GET /operator/v1/cases/{case_id}": OFFICER_SEEN,
    "PUT /operator/v1/cases/{case_id}/assignment": OFFICER,
    "POST /operator/v1/cases/{case_id}/notes": OFFICER,
    "PUT /operator/v1/cases/{case_id}/resolution": OFFICER,
    "PUT /operator/v1/cases/{case_id}/clearing": OFFICER,
    "POST /operator/v1/partners": REGISTRAR,
    "GET /operator/v1/partners": REGISTRAR | {Role.AUDITOR},
    "GET /operator/v1/partners/{client_code}": REGISTRAR | {Role.AUDITOR},
    "PUT /operator/v1/partners/{client_code}/terms": REGISTRAR,
    "PUT /operator/v1/partners/{client_code}/suspension": EVERY_ROLE,  # who sees the fire pulls the alarm
    "PUT /operator/v1/partners/{client_code}/resumption": REGISTRAR,
    "POST /operator/v1/partners/{client_code}/keys": REGISTRAR,
    "PUT /operator/v1/partners/{client_code}/keys/{key_id}/retirement": REGISTRAR,
    "PUT /operator/v1/partners/{client_code}/test-codes": REGISTRAR,
    "GET /operator/v1/dead-letters/{function}": MANAGER_SEEN | OFFICER,
    "POST /operator/v1/dead-letters/{function}/redrive": MANAGER | OFFICER,
}
