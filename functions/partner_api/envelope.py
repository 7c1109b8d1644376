"""The frame of every partner endpoint: event in, envelope out, the same order of checks for all.

Route → body → fields → one read of partner and command data → signature → nonce → command → envelope. Nothing is looked
up for a body that cannot be read, and nobody learns what is wrong with their fields before their signature is right. Whatever
happens, the answer is JSON with ``success`` and a sentence for people, because that is what every known client shows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto
from typing import Any, Generic, Protocol, TypeVar

from pydantic import BaseModel

from functions.partner_api.codes import code_of, message_of
from functions.partner_api.credentials import NOBODY, Credentials, Signed, credentials_of
from functions.partner_api.requests import PartnerRequest, read
from prakerja.partners.errors import BadSignature, ClientMissing, ClientUnknown, EndpointNotFound, InvalidFields
from prakerja.partners.wire import EMPTY, ParsedBody, parse, received
from prakerja.platform.access_patterns import Pattern
from prakerja.platform.addresses import route_path
from prakerja.platform.observability import begin, count, log
from prakerja.platform.parts import Item
from prakerja.platform.problems import MethodNotAllowed, Problem, Unexpected

Event = Mapping[str, Any]
Response = dict[str, Any]
ItemKey = tuple[Pattern, Mapping[str, str | int]]
"""What ``Table.batch_get`` takes."""

_CORRELATION = re.compile(r"[A-Za-z0-9._=-]{1,64}")


class SigningPartner(Protocol):
    """What the frame needs of a partner."""

    @property
    def sign_keys(self) -> Sequence[bytes]:
        """The keys that count now, opened: one or two; none when it may not call."""

    @property
    def legacy_signature(self) -> bool:
        """Is the contract's first signature believed?"""


class Trust(Enum):
    """What a request must show before it is answered."""

    SIGNED = auto()
    """A signature of the partner."""
    NAMED = auto()
    """The client code of a partner that may call; a code or token in the request shows the rest."""
    OPEN = auto()
    """Nothing: nobody's data is touched, and ``Call.partner`` is None."""


PartnerT = TypeVar("PartnerT", bound=SigningPartner)
RequestT = TypeVar("RequestT", bound=PartnerRequest)


class Register(Protocol[PartnerT]):
    """Where partners are known, and what their requests leave behind."""

    def load(self, client_code: str, also: Sequence[ItemKey]) -> tuple[PartnerT | None, Sequence[Item | None]]:
        """The partner (None: unknown) and the items of ``also`` in order, in one read."""

    def spend(self, partner: PartnerT, credentials: Credentials) -> None:
        """The nonce of a believed request, if it has one, is good no more. Raises BadSignature if it was not before."""

    def note_use(self, partner: PartnerT, key: int) -> None:
        """A request signed with this key (its position) was answered."""


@dataclass(frozen=True)
class Call(Generic[PartnerT, RequestT]):
    """A verified request. ``items`` are those that the endpoint asked to be read along.

    ``headers`` are lower-cased; ``client_code``, ``timestamp`` and ``signature`` are there whichever names were sent.
    """

    partner: PartnerT
    request: RequestT
    items: Sequence[Item | None]
    headers: Mapping[str, str]
    name: str = ""
    """Of the signed request: its repeats have the same one, any other request has another one."""


@dataclass(frozen=True)
class Endpoint(Generic[PartnerT, RequestT]):
    """One path of the contract. ``handler`` answers the ``data`` of the envelope, or None for an envelope without."""

    path: str
    handler: Callable[[Call[PartnerT, RequestT]], BaseModel | None]
    request_model: type[RequestT]
    also_read: Callable[[RequestT, Mapping[str, str]], Sequence[ItemKey]] = lambda request, headers: ()
    """Items that the command will need, read together with the partner. Sees the request and the headers, among them
    a ``client_code`` that is sane, and believes none of it yet."""
    message: str = "OK"
    method: str = "POST"
    """A GET is read from its query."""
    trust: Trust = Trust.SIGNED
    with_answer: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of the envelope of a success."""
    unbelieved: type[Problem] = BadSignature
    """What everybody is answered whose signature is not believed, whatever the cause."""


def handle(
    event: Event,
    endpoints: Iterable[Endpoint[PartnerT, Any]],
    register: Register[PartnerT],
    now: datetime,
) -> Response:
    """Answer one API Gateway event (HTTP API, payload 2.0). ``now`` is the wall clock. Never raises."""
    headers = headers_of(event)
    correlation = _correlation(event, headers)
    begin(correlation)
    try:
        endpoint, data = _answer(event, headers, endpoints, register, now)
        body: dict[str, Any] = {"success": True, "message": endpoint.message, **endpoint.with_answer}
        if data is not None:
            body["data"] = data.model_dump(mode="json")
        return _response(200, body, correlation)
    except Problem as problem:
        return failure(problem, correlation)
    except Exception:  # the last line of defence: a client must get JSON, and we must get the trace
        log.exception("partner request failed")
        count("PartnerRequestFailed")
        return failure(Unexpected(), correlation)


def failure(problem: Problem, correlation: str) -> Response:
    """The envelope of a problem. Only answers of our own failing carry the correlation id in the body."""
    row = code_of(type(problem))
    body: dict[str, Any] = {"code": row.code, "message": message_of(problem, row), "success": False}
    extra: dict[str, str] = {}
    if row.status >= 500:
        body["correlation_id"] = correlation
    if problem.retry_after is not None:
        extra["retry-after"] = str(problem.retry_after)
    if isinstance(problem, MethodNotAllowed):
        extra["allow"] = str(problem.facts["allow"])
    return _response(row.status, body, correlation, extra)


def headers_of(event: Event) -> dict[str, str]:
    """Header names in lower case. A header sent twice arrives joined by a comma, and is joined so if case differs."""
    found: dict[str, str] = {}
    for name, value in (event.get("headers") or {}).items():
        lower = name.lower()
        found[lower] = f"{found[lower]},{value}" if lower in found else value.strip()
    return found


def _answer(
    event: Event,
    headers: Mapping[str, str],
    endpoints: Iterable[Endpoint[PartnerT, Any]],
    register: Register[PartnerT],
    now: datetime,
) -> tuple[Endpoint[PartnerT, Any], BaseModel | None]:
    method, raw_path = event["requestContext"]["http"]["method"], event["rawPath"]
    endpoint = _route(method, route_path(raw_path), endpoints)
    body = received(event.get("body"), is_base64=bool(event.get("isBase64Encoded")))
    parsed = EMPTY if method == "GET" and not body else parse(body)
    request = _read(endpoint.request_model, parsed, event if method == "GET" else {})
    credentials = credentials_of(headers)
    known = {**headers, **credentials.headers}
    if endpoint.trust is Trust.OPEN:
        return endpoint, endpoint.handler(Call[Any, Any](None, _readable(request), (), headers))
    also = () if isinstance(request, InvalidFields) else endpoint.also_read(request, known)

    partner, items = register.load(credentials.client_code, also)
    signed = Signed(method, raw_path, event.get("rawQueryString", ""), body, parsed)
    if endpoint.trust is Trust.NAMED:
        return endpoint, endpoint.handler(Call(_named(partner, credentials), _readable(request), items, known))
    try:
        caller, key = _believe(partner, credentials, signed, register, now)
    except BadSignature as refusal:
        raise endpoint.unbelieved() from refusal
    data = endpoint.handler(Call(caller, _readable(request), items, known, credentials.name_of(signed)))
    try:
        register.note_use(caller, key)
    except Exception:  # the partner's answer stands, whether or not we remember that its key is in use
        log.exception("use of a key not noted", client_code=credentials.client_code)
    return endpoint, data


def _route(method: str, path: str, endpoints: Iterable[Endpoint[PartnerT, Any]]) -> Endpoint[PartnerT, Any]:
    here = {endpoint.method: endpoint for endpoint in endpoints if endpoint.path == path}
    if not here:
        raise EndpointNotFound
    if method not in here:
        raise MethodNotAllowed(allow=", ".join(sorted(here)))
    return here[method]


def _read(model: type[RequestT], parsed: ParsedBody, event: Event) -> RequestT | InvalidFields:
    try:
        return read(model, {**(event.get("queryStringParameters") or {}), **parsed.data})
    except InvalidFields as problem:  # kept until the signature is known to be right
        return problem


def _readable(request: RequestT | InvalidFields) -> RequestT:
    if isinstance(request, InvalidFields):
        raise request
    return request


def _believe(
    partner: PartnerT | None,
    credentials: Credentials,
    signed: Signed,
    register: Register[PartnerT],
    now: datetime,
) -> tuple[PartnerT, int]:
    """Verify, and log which habit of signing was met or why it failed: the partner and its key. Raises BadSignature."""
    path = route_path(signed.raw_path)
    keys = () if partner is None or credentials.client_code == NOBODY else partner.sign_keys
    try:
        verified = credentials.verify(keys, signed, now)
        if partner is None:
            raise BadSignature("client_code", macs=verified.macs)
        if credentials.nonce is None and not partner.legacy_signature:
            raise BadSignature("legacy", macs=verified.macs)
        register.spend(partner, credentials)
    except BadSignature as refusal:
        log.info("partner not believed", path=path, why=refusal.why, macs=refusal.macs)
        count("PartnerRefused", why=refusal.why)
        raise
    log.info("partner believed", client_code=credentials.client_code, path=path, form=verified.form, key=verified.key)
    return partner, verified.key


def _named(partner: PartnerT | None, credentials: Credentials) -> PartnerT:
    """The partner that is named, if it may call. Raises ClientMissing, ClientUnknown."""
    if credentials.client_code == NOBODY:
        raise ClientMissing
    if partner is None or not partner.sign_keys:
        raise ClientUnknown
    return partner


def _correlation(event: Event, headers: Mapping[str, str]) -> str:
    """The client's own id if it is harmless, else the gateway's."""
    given = headers.get("x-correlation-id", "")
    return given if _CORRELATION.fullmatch(given) else str(event.get("requestContext", {}).get("requestId", "-"))


def _response(
    status: int, body: Mapping[str, Any], correlation: str, extra: Mapping[str, str] | None = None
) -> Response:
    return {
        "statusCode": status,
        "headers": {
            "content-type": "application/json",
            "cache-control": "no-store",
            "x-correlation-id": correlation,
            **(extra or {}),
        },
        "body": json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        "isBase64Encoded": False,
    }
