"""A programme in full swing, behind our own APIs: waves in every state, people at every step, work for every operator.

The ids and requests here are those that succeed; tests take them as they are, spoil them, or send them as somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws

from prakerja import wiring
from prakerja.incentives import JOB_SEARCH, Incentive, IncentiveState
from prakerja.incentives.store import earned
from prakerja.payouts.service import prepare_run, propose_release, start_run
from prakerja.platform.access_patterns import WAVE
from prakerja.platform.clock import wib_date
from prakerja.platform.parts import update
from prakerja.registration.messages import CodeRequested
from prakerja.registration.model.address import Channel
from prakerja.registration.service.delivery import send_code
from prakerja.waves import WaveDraft
from prakerja.waves.service import cancel_wave, create_wave, join_wave, propose_decree
from sandbox.world.snap.books import Account
from tests.support.apis import ALIVE, Answer, Apis, forget_caches
from tests.support.good import Good as Good
from tests.support.people import Someone, plant_account, plant_person, someone
from tests.support.scene_learning import LearningDesk
from tests.support.scene_members import MembersOffice
from tests.support.scene_money import MoneyMatters
from tests.support.scene_office import Desk
from tests.support.scene_partners import PartnerDesk
from tests.support.scene_purchases import PurchaseDesk
from tests.support.sign_in import Providers
from tests.support.statements import plant_report
from tests.support.world import REGION, World, new_world

CODE_KEY = "CODE_SECRET for tests"
DEVICE = "5f0c5b0e-6d0b-4f0e-9f4f-0d5f5a6b7c8d"
INCENTIVE = 600_000
DAY = timedelta(days=1)
PROPOSER = "op-0"
"""Who proposed what waits for approval; nobody else in the tests has this name."""


@contextmanager
def scene_on_moto() -> Iterator[Scene]:
    """A scene that several tests share; see ``Apis.rewind``."""
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        world = new_world()
        yield Scene(world, patch)
    forget_caches()


class Scene:
    """One of everything."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.apis = Apis(world, monkeypatch)
        self.inboxes = Providers()
        self.member = self._member(1)
        self.unlinked = self.apis.market.member(2, card="8000000000000002", linked=False)
        self._open_wallet(self.unlinked)
        self.applicant, self.verified = (plant_person(world, someone(number)) for number in (3, 4))
        self.newcomer = plant_person(world, someone(5), verified=False)
        self._waves()
        self._payouts()
        self._dead_letter()
        self.money = MoneyMatters(self.apis, self.member)
        self.changing = self.money.changing
        self.desk = Desk(self.apis, self.member)
        self.members = MembersOffice(self.apis)
        self.partners = PartnerDesk(self.apis)
        self.purchases = PurchaseDesk(self.apis)
        self.learning = LearningDesk(self.apis)
        self.report, self.settlement_file = plant_report(world, self.apis.statements)
        self._begun()
        world.take()

    # the people ---------------------------------------------------------------------------------------------------
    def token(self, who: Someone) -> str:
        """An access token of one of them."""
        return self.apis.person_token(who.person_id)

    def _member(self, number: int) -> Someone:
        """A member with a wallet, a completed course and an incentive."""
        market = self.apis.market
        who = market.member(number)
        plant_account(self.world, who)
        self._open_wallet(who)
        market.complete(market.buy()["redeem_code"])
        self.purchase_id = str(market.purchases(who)[0]["purchase_id"])
        now = self.world.clock.programme()
        self.world.table.commit(
            earned(Incentive(who.person_id, JOB_SEARCH, 1, INCENTIVE, IncentiveState.SCHEDULED, wib_date(now), now))
        )
        return who

    def _open_wallet(self, who: Someone) -> None:
        self.apis.bank.engine.add_accounts(Account("linkaja", who.phone.lstrip("+"), who.full_name.upper()))

    def rewind(self) -> Callable[[], None]:
        """A way back to now: tables, clocks, inboxes."""
        tables_back = self.apis.rewind()
        kept = {channel: dict(inbox.received) for channel, inbox in self.inboxes.items()}

        def back() -> None:
            tables_back()
            for channel, received in kept.items():
                self.inboxes[channel].received = dict(received)

        return back

    # what they have begun -----------------------------------------------------------------------------------------
    def sign_in(self, address: str = "081299990001", *, key: str = "sign-in") -> tuple[str, str]:
        """Ask for a code: (challenge id, the code that came)."""
        body = {"channel": "PHONE", "address": address, "device_id": DEVICE}
        started = self.apis.call("POST", "/v1/sign-in/challenges", body, idempotency_key=key)
        return self.delivered(started, Channel.PHONE)

    def tokens(self, address: str = "081299990002") -> dict[str, Any]:
        """Sign somebody in who was unknown: the answer with the tokens."""
        challenge_id, code = self.sign_in(address, key=address)
        path = f"/v1/sign-in/challenges/{challenge_id}/verify"
        answer = self.apis.call("POST", path, {"code": code, "device_id": DEVICE})
        assert answer.status == 200, answer.text
        return dict(answer.body)

    def contact(self, token: str, address: str = "kenari@example.test") -> tuple[str, str]:
        """Begin to prove an e-mail address: (challenge id, the code that came)."""
        body = {"channel": "EMAIL", "address": address}
        started = self.apis.call("POST", "/v1/contacts", body, token=token, idempotency_key="contact")
        return self.delivered(started, Channel.EMAIL)

    def delivered(self, started: Answer, channel: Channel) -> tuple[str, str]:
        """Let ``notify`` bring what was asked for."""
        assert started.status == 202, started.text
        self.deliver()
        return str(started.body["challenge_id"]), self.inboxes[channel].code

    def deliver(self) -> None:
        """Let ``notify`` bring every code that was asked for."""
        for sent in self.world.take(CodeRequested.topic):
            send_code(self.world.platform, self.inboxes, CODE_KEY, challenge_id=sent.body["challenge_id"])

    def _begun(self) -> None:
        """Codes asked for and not given back yet, long enough ago that another may be asked for."""
        self.session = self.tokens()
        self.world.clock.move(minutes=2)
        started = self.money.ask_for_confirmation()
        self.money.confirmation, self.money.confirmation_code = self.delivered(started, Channel.EMAIL)
        self.challenge, self.code = self.sign_in()
        self.session_token = self.apis.person_token(self.session["person_id"], session_id=self.session["session_id"])
        self.contact_challenge, self.contact_code = self.contact(self.session_token)
        self.world.clock.move(minutes=2)

    def good(self) -> dict[str, Good]:
        """Route ("GET /v1/waves/{wave_id}") → a request that succeeds now."""
        member, applicant, signed_in = self.token(self.member), self.token(self.applicant), self.session_token
        operator = self.apis.operator_token()
        device = {"device_id": DEVICE}
        number = self.unlinked.phone.lstrip("+")
        wave, now = {"wave_id": self.open_wave}, self.world.clock.programme()
        times = {"opens_at": (now + DAY).isoformat(), "closes_at": (now + 2 * DAY).isoformat()}
        person = {
            "nik": self.newcomer.nik,
            "family_card_number": self.newcomer.family_card_number,
            "full_name": self.newcomer.full_name,
            "birth_date": self.newcomer.birth_date.isoformat(),
            "mother_name": self.newcomer.mother_name,
            "region": "3276",
        }
        run, dead = {"run_id": self.run}, {"function": ALIVE}
        yesterday = (wib_date(self.world.clock.wall()) - DAY).isoformat()
        by_challenge, by_contact = {"challenge_id": self.challenge}, {"challenge_id": self.contact_challenge}
        start = {"channel": "PHONE", "address": "081299990003", "device_id": "another-device"}
        refresh = {"refresh_token": self.session["refresh_token"], **device}
        return {
            **self.money.good(),
            **self.desk.good(),
            **self.members.good(),
            **self.partners.good(),
            **self.purchases.good(),
            **self.learning.good(),
            "POST /v1/sign-in/challenges": Good(body=start, status=202),
            "POST /v1/sign-in/challenges/{challenge_id}/resend": Good("", by_challenge, device, 202),
            "POST /v1/sign-in/challenges/{challenge_id}/verify": Good("", by_challenge, {"code": self.code, **device}),
            "POST /v1/contacts": Good(signed_in, {}, {"channel": "EMAIL", "address": "lain@example.test"}, 202),
            "POST /v1/contacts/challenges/{challenge_id}/resend": Good(signed_in, by_contact, None, 202),
            "POST /v1/contacts/challenges/{challenge_id}/verify": Good(
                signed_in, by_contact, {"code": self.contact_code}
            ),
            "POST /v1/sessions/refresh": Good("", {}, refresh),
            "GET /v1/sessions/current": Good(signed_in),
            "DELETE /v1/sessions/current": Good(signed_in, status=204),
            "GET /.well-known/jwks.json": Good(),
            "POST /v1/identity": Good(self.token(self.newcomer), {}, person, 202),
            "GET /v1/identity": Good(member),
            "GET /v1/regions": Good(),
            "GET /v1/waves": Good(),
            "GET /v1/waves/{wave_id}": Good("", wave),
            "GET /v1/waves/{wave_id}/draw": Good("", {"wave_id": self.drawn_wave}),
            "PUT /v1/waves/{wave_id}/application": Good(self.token(self.verified), wave, {"statements_accepted": True}),
            "GET /v1/waves/{wave_id}/application": Good(applicant, wave),
            "GET /v1/receipt-keys": Good(),
            "GET /v1/courses": Good(),
            "GET /v1/courses/{course_code}": Good("", {"course_code": "C1"}),
            "GET /v1/membership": Good(member),
            "GET /v1/purchases": Good(member),
            "PUT /v1/purchases/{purchase_id}/review": Good(
                member, {"purchase_id": self.purchase_id}, {"rating": 5, "text": "Jelas."}
            ),
            "PUT /v1/account": Good(self.token(self.unlinked), {}, {"provider": "LINKAJA", "number": number}),
            "GET /v1/account": Good(member),
            "GET /v1/incentives": Good(member),
            "POST /operator/v1/waves": Good(operator, {}, {"number": 75, "quota": 100, **times}, 201),
            "GET /operator/v1/waves/{wave_id}": Good(operator, wave),
            "PUT /operator/v1/waves/{wave_id}/cancellation": Good(operator, wave),
            "PUT /operator/v1/waves/{wave_id}/annulment": Good(
                operator,
                {"wave_id": self.drawn_wave},
                {"reason": "RESULT_WRONG", "evidence_reference": "minutes 2026/117"},
                202,
            ),
            "PUT /operator/v1/waves/{wave_id}/decree": Good(operator, {"wave_id": self.drawn_wave}, None, 202),
            "GET /operator/v1/approvals": Good(operator),
            "PUT /operator/v1/approvals/{approval_id}/approval": Good(operator, {"approval_id": self.decree}),
            "PUT /operator/v1/approvals/{approval_id}/refusal": Good(operator, {"approval_id": self.decree}),
            "POST /operator/v1/payout-runs": Good(operator, {}, {"scheduled_until": "2030-01-01"}, 201),
            "GET /operator/v1/payout-runs": Good(operator),
            "GET /operator/v1/payout-runs/{run_id}": Good(operator, run),
            "PUT /operator/v1/payout-runs/{run_id}/release": Good(operator, run, None, 202),
            "PUT /operator/v1/payout-runs/{run_id}/withdrawal": Good(operator, run),
            "GET /operator/v1/ledger/{day}": Good(operator, {"day": wib_date(now).isoformat()}),
            "GET /operator/v1/reconciliations": Good(operator, query=f"provider=BNI&day={yesterday}"),
            "GET /operator/v1/reconciliations/{report_id}": Good(operator, {"report_id": self.report}),
            "GET /operator/v1/reconciliations/{report_id}/rows": Good(operator, {"report_id": self.report}),
            "POST /operator/v1/settlement-files": Good(
                operator, {}, {"provider": "BNI", "day": yesterday, "sha256": "ab" * 32, "size": 7}, 201
            ),
            "PUT /operator/v1/settlement-files/{file_id}/receipt": Good(
                operator, {"file_id": self.settlement_file}, None, 202
            ),
            "GET /operator/v1/dead-letters/{function}": Good(operator, dead),
            "POST /operator/v1/dead-letters/{function}/redrive": Good(operator, dead),
        }

    def send(self, route: str, request: Good | None = None, **headers: str) -> Answer:
        """Send a request to a route; the good one if none is given. All carry an Idempotency-Key, asked for or not."""
        method, _, path = route.partition(" ")
        request = request or self.good()[route]
        headers = {"idempotency_key": "a-good-request", **request.headers, **headers}
        path = path.format(**request.path)
        return self.apis.call(method, path, request.body, token=request.token, query=request.query, **headers)

    # the programme office -----------------------------------------------------------------------------------------
    def _waves(self) -> None:
        p, now = self.world.platform, self.world.clock.programme()

        def wave(number: int, opens_in: timedelta, closes_in: timedelta) -> str:
            draft = WaveDraft(number, 100, 10, now + opens_in, now + closes_in, "NORMAL_2023", 1)
            return create_wave(p, operator=PROPOSER, draft=draft, key=f"wave-{number}").wave_id

        self.open_wave = wave(72, -DAY, 7 * DAY)
        self.future_wave = wave(73, 8 * DAY, 9 * DAY)
        self.cancelled_wave = wave(74, -DAY, DAY)
        cancel_wave(p, operator=PROPOSER, wave_id=self.cancelled_wave)
        self.drawn_wave = wave(71, -2 * DAY, timedelta(minutes=1))
        drawn = {"state": "DRAWN", "result_hash": "ab" * 32, "applications": 9, "competing": 8, "selected": 7}
        self.world.table.commit(update(WAVE, set=drawn, wave_id=self.drawn_wave))
        join_wave(p, person_id=self.applicant.person_id, wave_id=self.open_wave, accepted=True)
        self.decree = propose_decree(p, operator=PROPOSER, wave_id=self.drawn_wave).approval_id
        self.world.clock.move(minutes=2)

    def _payouts(self) -> None:
        p, today = self.world.platform, wib_date(self.world.clock.programme())
        self.run = start_run(p, operator=PROPOSER, scheduled_until=today, key="run-1").run_id
        while str(prepare_run(p, run_id=self.run).state) != "DECLARED":
            pass
        self.empty_run = start_run(p, operator=PROPOSER, scheduled_until=today, key="run-2").run_id
        prepare_run(p, run_id=self.empty_run)
        self.release = propose_release(p, operator=PROPOSER, run_id=self.run).approval_id

    def _dead_letter(self) -> None:
        attributes: dict[str, Any] = {
            "topic": {"DataType": "String", "StringValue": "registration.notice_requested.v1"}
        }
        body = '{"person_id": "00000000-0000-4000-8000-000000000001"}'
        wiring.sqs().send_message(QueueUrl=self.apis.dead_letters, MessageBody=body, MessageAttributes=attributes)
