"""The programme office: operators at the front door, who propose, and agree to what another one proposed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sandbox.demo.api import Api

SCHEME = ("NORMAL_2023", 1)


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

    def ledger(self, day: date) -> dict[str, Any]:
        """A day's bookings."""
        return self._object("GET", f"/operator/v1/ledger/{day.isoformat()}")

    def _object(self, method: str, path: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._call(method, path)
        return answer

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._api.call(method, path, body, token=self.token)
