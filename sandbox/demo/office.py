"""The programme office: operators at the front door, who propose, and agree to what another one proposed."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

import urllib3

from sandbox.demo.api import Api

SCHEME = ("NORMAL_2023", 2)


class Operator:
    """One operator, signed in."""

    def __init__(self, api: Api, name: str, token: str) -> None:
        self.name = name
        self.token = token
        self._api = api

    def create_wave(self, number: int, quota: int, reserves: int, opens_at: datetime, closes_at: datetime) -> str:
        """Create a wave, which opens, closes and is drawn by itself; answers its id."""
        draft = {
            "number": number,
            "quota": quota,
            "reserves": reserves,
            "opens_at": opens_at.isoformat(),
            "closes_at": closes_at.isoformat(),
            "scheme_name": SCHEME[0],
            "scheme_version": SCHEME[1],
        }
        return str(self._call("POST", "/operator/v1/waves", draft)["wave_id"])

    def wave(self, wave_id: str) -> dict[str, Any]:
        """A wave as it stands."""
        return self._object("GET", f"/operator/v1/waves/{wave_id}")

    def propose_decree(self, wave_id: str) -> str:
        """Propose to decree a drawn wave; answers the approval's id."""
        return str(self._call("PUT", f"/operator/v1/waves/{wave_id}/decree")["approval_id"])

    def approve(self, approval_id: str) -> None:
        """Agree to what another operator proposed."""
        self._call("PUT", f"/operator/v1/approvals/{approval_id}/approval")

    # partners ----------------------------------------------------------------------------------------------------
    def partner(self, client_code: str) -> dict[str, Any]:
        """A partner as it stands, with the ids of its keys."""
        return self._object("GET", f"/operator/v1/partners/{client_code}")

    def add_key(self, client_code: str) -> str:
        """Begin a rotation; answers the second key, which is shown this once."""
        return str(self._call("POST", f"/operator/v1/partners/{client_code}/keys")["sign_key"])

    def retire_key(self, client_code: str, key_id: str) -> None:
        """End a rotation."""
        self._call("PUT", f"/operator/v1/partners/{client_code}/keys/{key_id}/retirement")

    def suspend(self, client_code: str, because: str) -> None:
        """Keep a partner out, from its next request on."""
        self._call("PUT", f"/operator/v1/partners/{client_code}/suspension", {"because": because})

    def propose_resumption(self, client_code: str) -> str:
        """Propose to let a partner in again; answers the approval's id."""
        return str(self._call("PUT", f"/operator/v1/partners/{client_code}/resumption")["approval_id"])

    def test_codes(self, client_code: str) -> dict[str, str]:
        """The codes with which an institution tries its software, by case."""
        codes = self._call("PUT", f"/operator/v1/partners/{client_code}/test-codes")
        return {code["case"]: code["redeem_code"] for code in codes}

    # payouts -----------------------------------------------------------------------------------------------------
    def start_run(self, scheduled_until: date) -> str:
        """Begin a payout run; answers its id."""
        body = {"scheduled_until": scheduled_until.isoformat()}
        return str(self._call("POST", "/operator/v1/payout-runs", body)["run_id"])

    def run(self, run_id: str) -> dict[str, Any]:
        """A payout run as it stands."""
        return self._object("GET", f"/operator/v1/payout-runs/{run_id}")

    def propose_release(self, run_id: str) -> str:
        """Propose to release a declared run; answers the approval's id."""
        return str(self._call("PUT", f"/operator/v1/payout-runs/{run_id}/release")["approval_id"])

    def payouts(self, state: str) -> list[dict[str, Any]]:
        """Payouts that a person has to look at: HELD, PARKED, FAILED, RETURNED, or overdue UNKNOWN ones."""
        return self._pages(f"/operator/v1/payouts?state={state}", "payouts")

    def cases(self) -> list[dict[str, Any]]:
        """All cases that are open."""
        return self._pages("/operator/v1/cases?state=OPEN", "cases")

    def reports(self, provider: str, day: date) -> list[dict[str, Any]]:
        """What comparing a provider's day came to, latest first."""
        query = f"provider={provider}&day={day.isoformat()}"
        return list(self._call("GET", f"/operator/v1/reconciliations?{query}"))

    def report(self, report_id: str) -> dict[str, Any]:
        """One of them, with the addresses of its rows."""
        return self._object("GET", f"/operator/v1/reconciliations/{report_id}")

    def hand_in(self, provider: str, day: date, content: bytes) -> None:
        """Hand in a settlement file: announce it, put its bytes to the address that is answered, say so."""
        announced = {
            "provider": provider,
            "day": day.isoformat(),
            "sha256": hashlib.sha256(content).hexdigest(),
            "size": len(content),
        }
        file = self._call("POST", "/operator/v1/settlement-files", announced)
        answer = urllib3.request("PUT", file["put"], body=content, headers=file["headers"], timeout=30.0)
        if answer.status != 200:
            raise RuntimeError(f"a settlement file was not taken: {answer.status} {answer.data[:300]!r}")
        self._call("PUT", f"/operator/v1/settlement-files/{file['file_id']}/receipt")

    def ledger(self, day: date) -> dict[str, Any]:
        """A day's bookings."""
        return self._object("GET", f"/operator/v1/ledger/{day.isoformat()}")

    def _pages(self, path: str, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self._object("GET", f"{path}&cursor={cursor}" if cursor else path)
            found += page[name]
            cursor = page["next"]
        return found

    def _object(self, method: str, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._call(method, path)
        return answer

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._api.call(method, path, body, token=self.token)
