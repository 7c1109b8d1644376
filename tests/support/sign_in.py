"""Signing in, for tests: providers that misbehave on demand, and the way from an address to a session."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from prakerja.platform import Platform
from prakerja.platform.problems import Rejected, Unavailable
from prakerja.registration.messages import CodeRequested
from prakerja.registration.model.address import Channel
from prakerja.registration.model.challenge import Challenge
from prakerja.registration.model.session import Session
from prakerja.registration.service.contacts import start_contact, verify_contact
from prakerja.registration.service.delivery import send_code
from prakerja.registration.service.sign_in import start_sign_in, verify_sign_in
from tests.support.world import World

CODE_KEY = "code key for tests"
PHONE = "+6281234567890"
EMAIL = "budi@contoh.id"
DEVICE = "device-of-budi"


@dataclass
class Inbox:
    """A message provider. It sends one message for each reference, and misbehaves as told."""

    down: bool = False
    refuses: bool = False
    loses_answers: bool = False
    """Accepts the message, but its answer does not arrive."""
    received: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Reference → (address, text)."""
    calls: int = 0

    def send(self, *, to: str, text: str, reference: str, subject: str = "") -> str:
        self.calls += 1
        if self.down:
            raise Unavailable
        if self.refuses:
            raise Rejected(system="SMS provider", reason="status 422")
        self.received.setdefault(reference, (to, text))
        if self.loses_answers:
            raise Unavailable
        return f"message-{len(self.received)}"

    @property
    def code(self) -> str:
        """The newest code that somebody got."""
        _, text = list(self.received.values())[-1]
        found = re.search(r"\b\d{6}\b", text)
        assert found is not None
        return found[0]


class Providers(dict[Channel, Inbox]):
    """An inbox for each channel."""

    def __init__(self) -> None:
        super().__init__({channel: Inbox() for channel in Channel})


@dataclass
class SignIn:
    """Acts as a person with a device, on a world."""

    world: World
    inboxes: Providers = field(default_factory=Providers)
    requests: int = 0

    @property
    def p(self) -> Platform:
        return self.world.platform

    def deliver(self) -> None:
        """What ``notify`` does with the codes that were asked for."""
        for sent in self.world.take(CodeRequested.topic):
            send_code(self.p, self.inboxes, CODE_KEY, challenge_id=sent.body["challenge_id"])

    def start(self, channel: Channel = Channel.PHONE, address: str = PHONE, device: str = DEVICE) -> Challenge:
        """Ask for a code and let it be delivered, well after any earlier one."""
        self.requests += 1
        self.world.clock.move(seconds=61)
        key = f"request-{self.requests}"
        challenge = start_sign_in(self.p, channel=channel, address=address, device_id=device, key=key)
        self.deliver()
        return challenge

    def verify(self, challenge: Challenge, code: str | None = None, device: str = DEVICE) -> Session | Challenge:
        """Give back a code, the newest if none is given."""
        code = code or self.inboxes[challenge.channel].code
        return verify_sign_in(self.p, CODE_KEY, challenge_id=challenge.challenge_id, code=code, device_id=device)

    def session(self, channel: Channel = Channel.PHONE, address: str = PHONE, device: str = DEVICE) -> Session:
        """All the way to a session."""
        session = self.verify(self.start(channel, address, device), device=device)
        assert isinstance(session, Session)
        return session

    def add_contact(self, session: Session, channel: Channel = Channel.EMAIL, address: str = EMAIL) -> None:
        """Prove the second channel."""
        self.requests += 1
        self.world.clock.move(seconds=61)
        who = {"person_id": session.person_id, "session_id": session.session_id}
        key = f"request-{self.requests}"
        challenge = start_contact(self.p, **who, channel=channel, address=address, key=key)
        self.deliver()
        code = self.inboxes[channel].code
        verify_contact(self.p, CODE_KEY, **who, challenge_id=challenge.challenge_id, code=code)


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
