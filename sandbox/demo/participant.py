"""One person with a phone: signs up, proves who they are, joins, links an account, reviews. HTTP and inbox only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from sandbox.demo.api import Api, NoAnswer, Refused
from sandbox.demo.inbox import Inbox

CODE_SECONDS = 70.0
"""How long a person waits for a code before asking for another one."""
CODES = 4
MOMENTS = 20
SIGN_IN, CONTACTS = "/v1/sign-in/challenges", "/v1/contacts"


@dataclass(frozen=True)
class Tokens:
    """A session on this person's device."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    session_id: str
    person_id: str

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Tokens:
        return cls(answer["access_token"], answer["refresh_token"], answer["session_id"], answer["person_id"])


class Participant:
    """``device_id`` is made once, as an app would."""

    def __init__(self, api: Api, inbox: Inbox, phone: str, email: str, device_id: str = "") -> None:
        self.phone = phone
        self.email = email
        self.device_id = device_id or str(uuid.uuid4())  # noqa: TID251 - a client's own id
        self.tokens: Tokens | None = None
        self.secrets: set[str] = set()
        """Every token, cookie and form token that this person was given."""
        self.photos: set[str] = set()
        """A word of each photo that this person has sent."""
        self._api = api
        self._inbox = inbox

    # sign-in -----------------------------------------------------------------------------------------------------
    def sign_in(self, channel: str = "PHONE", device_id: str = "") -> bool:
        """Sign in (or up) with one address; True if the other one was asked for as well, as on a new device."""
        device = device_id or self.device_id
        before = self._inbox.last
        answer = self._prove(SIGN_IN, channel, {"device_id": device})
        both = "next" in answer
        if both:
            answer = self._give_code(SIGN_IN, answer["next"], {"device_id": device}, before)
        self._keep(answer, device)
        return both

    def prove_contact(self, channel: str = "EMAIL") -> None:
        """Prove the second address."""
        self._prove(CONTACTS, channel, {})

    def refresh(self) -> None:
        """Trade the refresh token for new tokens."""
        body = {"refresh_token": self._session().refresh, "device_id": self.device_id}
        self._keep(self._api.call("POST", "/v1/sessions/refresh", body), self.device_id)

    # identity ----------------------------------------------------------------------------------------------------
    def send_identity(self, claim: dict[str, str]) -> None:
        """Say who one is."""
        self._call("POST", "/v1/identity", claim)

    def identity(self) -> str:
        """Where the check stands."""
        return str(self._call("GET", "/v1/identity")["status"])

    # waves and what follows --------------------------------------------------------------------------------------
    def join(self, wave_id: str) -> dict[str, Any]:
        """Join a wave; the application with its receipt."""
        return self._object("PUT", f"/v1/waves/{wave_id}/application", {"statements_accepted": True})

    def application(self, wave_id: str) -> dict[str, Any]:
        """How the application stands."""
        return self._object("GET", f"/v1/waves/{wave_id}/application")

    def membership(self) -> dict[str, Any]:
        """Card and balance."""
        return self._object("GET", "/v1/membership")

    def link(self, provider: str, number: str) -> dict[str, Any]:
        """Link an account or wallet."""
        return self._object("PUT", "/v1/account", {"provider": provider, "number": number})

    def purchases(self) -> list[dict[str, Any]]:
        """Courses bought."""
        return list(self._call("GET", "/v1/purchases"))

    def learning(self, purchase_id: str) -> dict[str, Any]:
        """One of them: its sessions, tasks, and what is missing by when."""
        return self._object("GET", f"/v1/purchases/{purchase_id}")

    def review(self, purchase_id: str, rating: int, text: str) -> None:
        """Rate and review a completed course."""
        self._call("PUT", f"/v1/purchases/{purchase_id}/review", {"rating": rating, "text": text})

    def incentives(self) -> list[dict[str, Any]]:
        """What was earned, and how far its payment is."""
        return list(self._call("GET", "/v1/incentives")["incentives"])

    def missing(self) -> list[str]:
        """What is still to be done to earn the first one, in words."""
        return [condition["text"] for condition in self._object("GET", "/v1/incentives")["missing"]]

    def try_again(self, incentive: dict[str, Any]) -> dict[str, Any]:
        """Have one that could not be paid tried again."""
        return self._object("POST", f"/v1/incentives/{incentive['kind']}/{incentive['number']}/retry")

    def payout(self, payout_id: str) -> dict[str, Any]:
        """One payment: its timeline, and what was sent to the provider for it."""
        return self._object("GET", f"/v1/payouts/{payout_id}")

    # one-time codes ----------------------------------------------------------------------------------------------
    def _prove(self, path: str, channel: str, extra: dict[str, str]) -> dict[str, Any]:
        address = self.address(channel)
        after = self._inbox.last
        challenge = self._call("POST", path, {"channel": channel, "address": address, **extra})
        return self._give_code(path, challenge, extra, after)

    def _give_code(self, path: str, challenge: dict[str, Any], extra: dict[str, str], after: int) -> dict[str, Any]:
        """Read the code and give it back; ask for another one when none comes, or when it came too late."""
        place = f"{path.removesuffix('/challenges')}/challenges/{challenge['challenge_id']}"
        address = self.address(challenge["channel"])
        for _ in range(CODES):
            found = self._inbox.code(address, after, CODE_SECONDS)
            if found is not None:
                after, code = found
                try:
                    return self._verify(f"{place}/verify", {"code": code, **extra})
                except Refused as refused:
                    if refused.kind == "wrong-code":  # of an earlier request, and late: the next one is right
                        continue
                    if refused.kind not in ("code-expired", "code-not-sent-yet"):
                        raise
            self._call("POST", f"{place}/resend", extra)
        raise NoAnswer("no one-time code came")

    def _verify(self, path: str, body: dict[str, str]) -> dict[str, Any]:
        """A code can be in the inbox a moment before the system knows that it was accepted."""
        for _ in range(MOMENTS):
            try:
                return self._object("POST", path, body)
            except Refused as refused:
                if refused.kind != "code-not-sent-yet":
                    raise
                self._api.wait(1.0)
        return self._object("POST", path, body)

    def address(self, channel: str) -> str:
        """Phone or e-mail."""
        return self.phone if channel == "PHONE" else self.email

    def payment_code(self, after: int) -> tuple[int, str] | None:
        """The code by which a purchase is confirmed, with the number of its message; None if none came."""
        return self._inbox.code(self.phone, after, CODE_SECONDS)

    def _keep(self, answer: dict[str, Any], device_id: str) -> None:
        tokens = Tokens.of(answer)
        self.secrets |= {tokens.access, tokens.refresh}
        if device_id == self.device_id:
            self.tokens = tokens

    def _session(self) -> Tokens:
        if self.tokens is None:
            raise RuntimeError("not signed in")
        return self.tokens

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        token = self.tokens.access if self.tokens else ""
        return self._api.call(method, path, body, token=token)

    def _object(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer: dict[str, Any] = self._call(method, path, body)
        return answer
