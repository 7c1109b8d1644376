"""The whole way of a few people through our own APIs, the partner API and the workers, in this process.

Everything goes through deployed handlers: requests as the gateway sends them, messages as SQS does. Whatever leaves the
system on the way is kept: every answer and every message.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import functions.draw_wave.handler as draw_wave
import functions.notify.handler as notify
import functions.sweep_due.handler as sweep_due
import functions.turn_wave.handler as turn_wave
import functions.verify_identity.handler as verify_identity
from docs.discover import consumer
from prakerja.identity.answers import RegistryAnswer, RegistryOutcome, RegistryRecord
from prakerja.membership import seed_schemes
from prakerja.platform.problems import Unavailable
from prakerja.registration.model.address import Channel
from sandbox.world.people import Person
from sandbox.world.snap.books import Account
from tests.support.apis import Answer, Apis
from tests.support.market import PRICE
from tests.support.outside import Beacon, Runs, Schedules
from tests.support.sign_in import Providers
from tests.support.world import World


class Registry:
    """Knows some people; ``down`` is away."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.down = False

    def verify(self, record: RegistryRecord) -> RegistryAnswer:
        if self.down:
            raise Unavailable
        known = self.people.get(record.nik)
        if known is None:
            return RegistryAnswer(RegistryOutcome.NOT_FOUND)
        same = known.mother_name == record.mother_name
        return RegistryAnswer(RegistryOutcome.MATCH if same else RegistryOutcome.PARTIAL, {"mother_name": same})


class Journey:
    """The system, and what left it."""

    def __init__(self, world: World, patch: pytest.MonkeyPatch) -> None:
        self.world, self.apis = world, Apis(world, patch)
        self.inboxes, self.registry, self.runs = Providers(), Registry(), Runs()
        patch.setattr(notify, "senders", lambda: self.inboxes)
        patch.setattr(verify_identity, "registry", lambda: self.registry)
        patch.setattr(turn_wave, "runs", lambda: self.runs)
        patch.setattr(turn_wave, "schedules", Schedules)
        patch.setattr(draw_wave, "archive", lambda: self.apis.archive)
        beacon = Beacon(world.clock.now.replace(microsecond=0))
        patch.setattr(draw_wave, "beacon", lambda: beacon)
        seed_schemes(world.platform)
        self.answers: list[Answer] = []
        self.envelopes: list[dict[str, Any]] = []
        self.messages: list[str] = []
        self.delayed: list[Any] = []
        self.secrets: dict[str, str] = {f"sign key of {code}": key for code, key in self.apis.market.keys.items()}
        """What nobody may see, by name; grows on the way."""
        self.keys = 0

    # requests and messages ----------------------------------------------------------------------------------------
    def call(self, method: str, path: str, body: Any = None, *, token: str = "", status: int = 0) -> Any:
        """One request to our own APIs, answered with ``status`` if that is named: the body."""
        self.keys += 1
        answer = self.apis.call(method, path, body, token=token, idempotency_key=f"journey-{self.keys}")
        self.answers.append(answer)
        assert status in (0, answer.status), answer.text
        return json.loads(answer.text) if answer.text else None

    def partner(self, client: str, path: str, body: dict[str, Any], *, ok: bool = True, **headers: str) -> Any:
        """One request to the partner API: the data."""
        status, envelope = self.apis.market.call(client, path, body, **headers)
        self.envelopes.append(envelope)
        assert (status == 200) is ok, envelope
        return envelope.get("data")

    def deliver(self) -> None:
        """What relay and workers do until nothing is left that may be delivered now."""
        while messages := self.world.take():
            for message in messages:
                self.messages.append(json.dumps(message.body))
                if message.delay_seconds:
                    self.delayed.append(message)
                else:
                    self._work(message)

    def wait(self, **step: float) -> None:
        """Time goes on; what was delayed comes, the sweep wakes what is due."""
        self.world.clock.move(**step)
        delayed, self.delayed = self.delayed, []
        for message in delayed:
            self._work(message)
        sweep_due.handler({}, None)
        self.deliver()

    def _work(self, message: Any) -> None:
        for queue in message.queues:
            handler: Callable[[Any, Any], Any] = importlib.import_module(f"functions.{consumer(queue)}.handler").handler
            record = {
                "messageId": "m-1",
                "receiptHandle": "r-1",
                "body": json.dumps(message.body),
                "messageAttributes": {"topic": {"stringValue": message.topic, "dataType": "String"}},
                "eventSourceARN": f"arn:aws:sqs:ap-southeast-3:123456789012:{queue}",
            }
            assert handler({"Records": [record]}, None) == {"batchItemFailures": []}, message

    # the way ------------------------------------------------------------------------------------------------------
    def sign_up(self, who: Person) -> str:
        """Prove both contacts, with mistakes; answers the access token of a refreshed session."""
        device = {"device_id": f"device-of-{who.phone}"}
        challenge = self.call("POST", "/v1/sign-in/challenges", {"channel": "PHONE", "address": who.phone, **device})
        self.deliver()
        code = self._secret_code(Channel.PHONE, "sign-in", who)
        path = f"/v1/sign-in/challenges/{challenge['challenge_id']}/verify"
        self.call("POST", path, {"code": "000000" if code != "000000" else "111111", **device}, status=422)
        tokens = self.call("POST", path, {"code": code, **device}, status=200)
        refresh = {"refresh_token": tokens["refresh_token"], **device}
        fresh = self.call("POST", "/v1/sessions/refresh", refresh, status=200)
        for name, given in (("first", tokens), ("second", fresh)):
            for kind in ("access_token", "refresh_token"):
                self.secrets[f"{name} {kind} of {who.nik}"] = given[kind]
        token = str(fresh["access_token"])
        self.call("POST", "/v1/contacts", {"channel": "EMAIL", "address": who.email}, token=token, status=202)
        challenge_id = self.answers[-1].body["challenge_id"]
        self.deliver()
        body = {"code": self._secret_code(Channel.EMAIL, "contact", who)}
        self.call("POST", f"/v1/contacts/challenges/{challenge_id}/verify", body, token=token, status=200)
        return token

    def identify(self, who: Person, token: str, region: str = "3276") -> None:
        """Mistype, be told so, correct it while the registry is away, and be verified in the end."""
        claim = {**who.claim(), "region": region}
        self.call("POST", "/v1/identity", {**claim, "nik": who.nik + "0"}, token=token, status=422)
        self.call("POST", "/v1/identity", {**claim, "full_name": {"text": who.full_name}}, token=token, status=422)
        self.call("POST", "/v1/identity", {**claim, "mother_name": who.mother_name + " X"}, token=token, status=202)
        self.deliver()
        assert self.call("GET", "/v1/identity", token=token)["status"] == "NIK_NOT_FOUND"
        self.registry.people[who.nik] = who
        self.call("POST", "/v1/identity", {**claim, "mother_name": who.mother_name + " X"}, token=token, status=202)
        self.deliver()
        assert self.call("GET", "/v1/identity", token=token)["status"] == "IDENTITY_MISMATCH"
        self.registry.down = True
        self.call("POST", "/v1/identity", claim, token=token, status=202)
        self.deliver()
        self.call("POST", "/v1/identity", claim, token=token, status=409)
        self.registry.down = False
        self.wait(seconds=20)
        assert self.call("GET", "/v1/identity", token=token)["status"] == "VERIFIED"

    def become_members(self, tokens: list[str]) -> None:
        """A wave is made, joined, drawn and decreed by two operators."""
        office = [self.apis.operator_token(f"op-{number}") for number in (1, 2)]
        now = self.world.clock.programme()
        times = {
            "opens_at": (now + timedelta(minutes=1)).isoformat(),
            "closes_at": (now + timedelta(hours=1)).isoformat(),
        }
        wave = self.call("POST", "/operator/v1/waves", {"number": 1, "quota": 9, **times}, token=office[0], status=201)
        self.deliver()
        path = f"/v1/waves/{wave['wave_id']}/application"
        for token in tokens:
            self.call("PUT", path, {"statements_accepted": True}, token=token, status=409)
        self.world.clock.travel(minutes=2)
        for token in tokens:
            self.call("PUT", path, {"statements_accepted": True}, token=token, status=200)
        for _ in range(3):
            self.world.clock.travel(hours=1)
            turn_wave.handler({"wave_id": wave["wave_id"]}, None)
        self._execute()
        decree = f"/operator/v1/waves/{wave['wave_id']}/decree"
        approval = self.call("PUT", decree, token=office[0], status=202)
        agree = f"/operator/v1/approvals/{approval['approval_id']}/approval"
        self.call("PUT", agree, token=office[0], status=403)
        self.call("PUT", agree, token=office[1], status=200)
        self.deliver()
        self._execute()
        self.deliver()
        for token in tokens:
            assert self.call("GET", path, token=token)["state"] == "DECREED"

    def link(self, who: Person, token: str, provider: str, number: str) -> None:
        """Ask while the provider is away, in another name, with another number, and rightly."""
        bank = self.apis.banks[provider]
        account = {"provider": provider, "number": number}
        bank.transport.refusing = True
        self.call("PUT", "/v1/account", account, token=token, status=503)
        bank.transport.refusing = False
        self.call("PUT", "/v1/account", account, token=token, status=409)
        stored = "62" + number[1:] if provider == "LINKAJA" else number
        bank.engine.add_accounts(Account(provider.lower(), stored, who.full_name.upper()))
        self.call("PUT", "/v1/account", account, token=token, status=200)
        self.call(
            "PUT", "/v1/account", {**account, "number": number[:-1] + str(9 - int(number[-1]))}, token=token, status=409
        )
        self.deliver()

    def learn(self, who: Person, token: str, invoice: str) -> None:
        """Buy a course with a wrong and a right code, redeem it, learn, review."""
        card = self.call("GET", "/v1/membership", token=token)["membership"]["card_number"]
        self.apis.market.offer(invoice, invoice)  # its own: whoever learns later finds what began before closed
        order = {
            "user_platform_id": f"u-{invoice}",
            "prakerja_id": card,
            "course_code": invoice,
            "schedule_code": invoice,
        }
        self.partner("toko", "/payment/send-otp", {**order, "amount": PRICE - 1}, ok=False)
        payment = self.partner("toko", "/payment/send-otp", {**order, "amount": PRICE})["payment_token"]
        self.deliver()
        otp = self._secret_code(Channel.PHONE, "payment", who)
        self.secrets[f"payment token of {who.nik}"] = payment
        confirmation = {"invoice_url": f"https://toko.example.test/{invoice}", "invoice_code": invoice}
        headers = {"authorization": f"Payment {payment}"}
        for given, ok in (("000000" if otp != "000000" else "111111", False), (otp, True)):
            self.partner("toko", "/payment/authorize", {"otp": given, **confirmation}, ok=ok, **headers)
        (bought,) = self.call("GET", "/v1/purchases", token=token)
        code = {"redeem_code": bought["redeem_code"]}
        self.partner("bkk", "/payment/redeem-code/commit", code, ok=False)
        self.partner("lpk", "/payment/redeem-code/commit", code, ok=False, signature="ab" * 32)
        self.partner("lpk", "/payment/redeem-code/status", code)
        self.apis.market.complete(bought["redeem_code"])
        review = f"/v1/purchases/{bought['purchase_id']}/review"
        self.call("PUT", review, {"rating": 5, "text": who.full_name * 100}, token=token, status=422)
        self.call("PUT", review, {"rating": 5, "text": "Sangat membantu."}, token=token, status=200)
        self.deliver()

    def pay_out(self) -> None:
        """A run is released by two operators and sent; what the provider does meanwhile is up to the test."""
        office = [self.apis.operator_token(f"op-{number}") for number in (1, 2)]
        self.world.clock.travel(days=30)
        until = (self.world.clock.programme() + timedelta(days=1)).date().isoformat()
        run = self.call("POST", "/operator/v1/payout-runs", {"scheduled_until": until}, token=office[0], status=201)
        self.deliver()
        release = f"/operator/v1/payout-runs/{run['run_id']}/release"
        approval = self.call("PUT", release, token=office[0], status=202)
        agree = f"/operator/v1/approvals/{approval['approval_id']}/approval"
        self.call("PUT", agree, token=office[1], status=200)
        self.deliver()

    def _execute(self) -> None:
        """What the state machine does with the executions that were begun."""
        for name, wave_id, phase, attempt in self.runs.started:
            event: dict[str, Any] = {"wave_id": wave_id, "attempt": attempt}
            following: str | None = phase
            while following:
                event["phase"] = following
                for chunk in draw_wave.handler({"step": "plan", **event}, None)["chunks"]:
                    draw_wave.handler({"step": "work", "chunk": chunk, **event}, None)
                following = draw_wave.handler({"step": "finish", **event}, None)["next_phase"]
            self.runs.statuses[name] = "SUCCEEDED"
        self.runs.started.clear()

    def _secret_code(self, channel: Channel, what: str, who: Person) -> str:
        code = self.inboxes[channel].code
        self.secrets[f"{what} code of {who.nik}"] = code
        return code
