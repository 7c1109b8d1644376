"""A browser without a screen: keeps cookies by their path, follows redirects on our own host, fills in forms.

It sees pages as an old phone without scripts does, and sends what such a phone sends.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.support.wired import request

Event = dict[str, Any]
HOST = "www.prakerja.example"
ORIGIN = f"https://{HOST}"
BOUNDARY = "a-boundary-of-ours"
JPEG = b"\xff\xd8\xff\xe0 a photo"


@dataclass
class FormSeen:
    """A form as it stands on a page. ``buttons``: (name, value, text)."""

    action: str
    method: str
    enctype: str
    fields: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Seen:
    """A page, or the address of another host to which the browser was sent."""

    status: int
    path: str
    html: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    cookies: tuple[str, ...] = field(default=(), repr=False)
    away: str = ""

    @property
    def forms(self) -> list[FormSeen]:
        return _read(self.html).forms

    @property
    def text(self) -> str:
        """What a person reads, on one line."""
        return " ".join(_read(self.html).words)

    @property
    def links(self) -> list[str]:
        return _read(self.html).links

    @property
    def query(self) -> dict[str, str]:
        """Of the address of another host."""
        return dict(parse_qsl(urlsplit(self.away).query))


class Visitor:
    """``send`` takes an event to the function that serves its path."""

    def __init__(self, send: Callable[[Event], dict[str, Any]], **headers: str) -> None:
        self._send = send
        self.headers = {"host": HOST, "accept": "text/html", **headers}
        self.jar: dict[str, tuple[str, str]] = {}
        """Cookie → (value, path)."""

    def open(self, address: str) -> Seen:
        """Follow a link or type an address; redirects on our own host are followed."""
        path, _, query = address.partition("?")
        return self._visit("GET", path, query, None, {})

    def submit(self, form: FormSeen, *, button: str = "", **fields: str | bytes) -> Seen:
        """Send a form, some of its fields filled in; bytes are a file. ``button`` is the value of the one pressed."""
        given: dict[str, str | bytes] = {**form.fields, **fields}
        given |= {name: value for name, value in form.buttons if name and value == button}
        if form.enctype == "multipart/form-data":
            body, kind = multipart(given), f"multipart/form-data; boundary={BOUNDARY}"
        else:
            body, kind = urlencode(given).encode(), "application/x-www-form-urlencoded"
        return self.post(form.action, body, kind)

    def post(self, path: str, body: bytes, kind: str, **headers: str) -> Seen:
        """Send any body from one of our own pages, unless ``headers`` say otherwise."""
        own = {"origin": ORIGIN, "sec_fetch_site": "same-origin", "content_type": kind}
        path, _, query = path.partition("?")
        return self._visit("POST", path, query, body, own | headers)

    def event(self, method: str, path: str, query: str, body: bytes | None, headers: Mapping[str, str]) -> Event:
        """One request as the gateway hands it on."""
        made = request(method, path, None, **{**self.headers, **headers})
        made["headers"] = {name: text for name, text in made["headers"].items() if text}
        if method == "GET":
            made["headers"].pop("content-type", None)
        made["rawQueryString"] = query
        made["cookies"] = [f"{name}={value}" for name, (value, at) in self.jar.items() if _covers(at, path)]
        if body is not None:
            made["body"], made["isBase64Encoded"] = base64.b64encode(body).decode(), True
        return made

    def _visit(self, method: str, path: str, query: str, body: bytes | None, headers: Mapping[str, str]) -> Seen:
        for _ in range(6):
            answer = self._send(self.event(method, path, query, body, headers))
            cookies = tuple(answer.get("cookies", ()))
            self._keep(cookies)
            if answer["statusCode"] != 303:
                return Seen(answer["statusCode"], path, answer["body"], answer["headers"], cookies)
            to = answer["headers"]["Location"]
            if not to.startswith("/"):
                return Seen(303, path, "", answer["headers"], cookies, away=to)
            path, _, query = to.partition("?")
            method, body, headers = "GET", None, {}
        raise AssertionError(f"sent around in circles: {path}")

    def _keep(self, cookies: tuple[str, ...]) -> None:
        for cookie in cookies:
            pair, *traits = cookie.split("; ")
            name, _, value = pair.partition("=")
            known = dict(trait.partition("=")[::2] for trait in traits)
            if known["Max-Age"] == "0":
                self.jar.pop(name, None)
            else:
                self.jar[name] = (value, known["Path"])


def multipart(fields: Mapping[str, str | bytes], boundary: str = BOUNDARY) -> bytes:
    """A form with files as a browser sends it."""
    parts = b""
    for name, value in fields.items():
        is_file = isinstance(value, bytes)
        extra = '; filename="wajah.jpg"\r\nContent-Type: image/jpeg' if is_file else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
        parts += head.encode() + (value if isinstance(value, bytes) else value.encode()) + b"\r\n"
    return parts + f"--{boundary}--\r\n".encode()


def _covers(cookie_path: str, path: str) -> bool:
    return cookie_path == "/" or path == cookie_path or path.startswith(cookie_path + "/")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FormSeen] = []
        self.words: list[str] = []
        self.links: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(FormSeen(found["action"], found["method"], found.get("enctype", "")))
        elif tag == "input" and found.get("type") == "file":
            self.forms[-1].files.append(found["name"])
        elif tag == "input":
            self.forms[-1].fields[found["name"]] = found.get("value", "")
        elif tag == "button":
            self.forms[-1].buttons.append((found.get("name", ""), found.get("value", "")))
        elif tag == "a":
            self.links.append(found["href"])
        self._silent = tag in ("style", "script", "title")

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.words.append(re.sub(r"\s+", " ", data.strip()))


def _read(html: str) -> _Page:
    page = _Page()
    page.feed(html)
    return page
