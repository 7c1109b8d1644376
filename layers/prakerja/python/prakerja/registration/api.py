"""Requests and answers of sign-in, contacts and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator

from prakerja.platform.validation import Body, View
from prakerja.registration.model.address import Channel, normalised
from prakerja.registration.model.challenge import CHALLENGE_LIFE, CODE_LIFE, Challenge
from prakerja.registration.model.education import Education
from prakerja.registration.model.limits import ADDRESS
from prakerja.registration.model.person import Person
from prakerja.registration.model.session import Session

DeviceId = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9._:-]{8,128}$",
        description="Random, made once and kept by the device or browser; the same in every call.",
        examples=["5f0c5b0e-6d0b-4f0e-9f4f-0d5f5a6b7c8d"],
    ),
]
Code = Annotated[str, Field(pattern=r"^[0-9]{6}$", description="As the message says it.", examples=["408262"])]


class ContactAddress(Body):
    """Where a code is to be sent."""

    channel: Channel = Field(examples=["PHONE"])
    address: str = Field(
        max_length=254,
        description="PHONE: an Indonesian mobile number. EMAIL: an e-mail address.",
        examples=["081234567890"],
    )

    @field_validator("address")
    @classmethod
    def _one_spelling(cls, address: str, info: ValidationInfo) -> str:
        channel = info.data.get("channel")
        return normalised(channel, address) if channel else address


class StartSignIn(ContactAddress):
    """Ask for a code to sign in with."""

    device_id: DeviceId


class ResendCode(Body):
    """Ask for the code once more."""

    device_id: DeviceId


class VerifySignIn(Body):
    """The code that came."""

    code: Code
    device_id: DeviceId


class VerifyContact(Body):
    """The code that came."""

    code: Code


class VerifyConfirmation(Body):
    """The code that came by the other channel."""

    code: Code


class RefreshSession(Body):
    """Trade a refresh token for new tokens."""

    refresh_token: str = Field(max_length=200, examples=["5f0c5b0e-6d0b-4f0e-9f4f-0d5f5a6b7c8d.1.Zm9v…"], repr=False)
    device_id: DeviceId


class ChallengeView(View):
    """A code is on its way. The answer is the same whether or not the address has an account."""

    challenge_id: str = Field(examples=["0d5f5a6b-7c8d-4f0e-9f4f-5f0c5b0e6d0b"])
    channel: Channel
    expires_in: int = Field(description="How long the code is good after it was sent, seconds.", examples=[300])
    resend_after: int = Field(description="How long to wait before asking for another code, seconds.", examples=[60])

    @classmethod
    def of(cls, challenge: Challenge) -> Self:
        return cls(
            challenge_id=challenge.challenge_id,
            channel=challenge.channel,
            expires_in=int(CODE_LIFE.total_seconds()),
            resend_after=int(ADDRESS.every.total_seconds()),
        )


class ConfirmationView(View):
    """A proof for one thing that needs both channels, good in this session only."""

    confirmation_id: str = Field(examples=["0d5f5a6b-7c8d-4f0e-9f4f-5f0c5b0e6d0b"])
    good_until: datetime

    @classmethod
    def of(cls, challenge: Challenge) -> Self:
        return cls(confirmation_id=challenge.challenge_id, good_until=challenge.created_at + CHALLENGE_LIFE)


class SecondChannelView(View):
    """A verified account is opened on a new device: verify this second challenge in the same way."""

    next: ChallengeView


class TokensView(View):
    """Signed in. Send ``Authorization: Bearer <access_token>``; refresh before it expires."""

    token_type: Literal["Bearer"] = "Bearer"
    access_token: str = Field(description="JWT (EdDSA); its keys are at /.well-known/jwks.json.", repr=False)
    expires_in: int = Field(description="Life of the access token, seconds.", examples=[900])
    refresh_token: str = Field(description="Good for one use, on this device.", repr=False)
    session_id: str
    person_id: str


class SessionView(View):
    """Who is signed in here, and what they have proven."""

    session_id: str
    person_id: str
    signed_in_at: datetime
    ends_at: datetime = Field(description="Refreshing does not prolong a session; sign in again then.")
    phone_proven: bool
    email_proven: bool

    @classmethod
    def of(cls, session: Session, person: Person) -> Self:
        return cls(
            session_id=session.session_id,
            person_id=person.person_id,
            signed_in_at=session.created_at,
            ends_at=session.ends_at,
            phone_proven=person.phone_proven,
            email_proven=person.email_proven,
        )


class ContactsView(View):
    """What a person has proven; both are needed to join a wave."""

    phone_proven: bool
    email_proven: bool

    @classmethod
    def of(cls, person: Person) -> Self:
        return cls(phone_proven=person.phone_proven, email_proven=person.email_proven)


class KeySet(View):
    """Public keys of access tokens (RFC 7517, RFC 8037)."""

    keys: list[dict[str, Any]]


class Profile(Body):
    """What you say about yourself beside your identity."""

    last_education: Education = Field(
        description="the last school that you finished (SMA: also SMK, MA, Paket C); some courses ask for it",
        examples=["SMA"],
    )


class ProfileView(View):
    """What you have said about yourself."""

    last_education: Education | None = Field(description="null: not told yet", examples=["SMA"])
