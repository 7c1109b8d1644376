"""A browser without scripts: follows links and redirects within the site, keeps cookies, fills in forms.

It sends what browsers send (``Origin``, ``Sec-Fetch-Site``, ``Accept``), and leaves for another site only to say where
it was sent: nothing of the other site is fetched.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urljoin, urlsplit

from sandbox.demo.api import Api, Refused, Reply

MOST_REDIRECTS = 10
ACCEPT = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"


@dataclass(frozen=True)
class Form:
    """A form as the page has it: ``fields`` are those that are filled in already, hidden ones too."""

    action: str
    method: str
    is_multipart: bool
    fields: dict[str, str] = field(repr=False)
    asks_for: frozenset[str]
    """Names of the fields that a person fills in, and of buttons that say something."""


@dataclass(frozen=True)
class Page:
    """What the browser shows. ``left_for``: the other site that it was sent to instead."""

    address: str
    status: int = 200
    heading: str = ""
    problem: str = ""
    """The first words of what the page says went wrong."""
    forms: tuple[Form, ...] = ()
    links: tuple[str, ...] = field(default=(), repr=False)
    left_for: str = field(default="", repr=False)

    def form(self, name: str) -> Form | None:
        """The form that asks for something of this name."""
        return next((form for form in self.forms if name in form.asks_for), None)

    def link_out(self) -> str:
        """The first link to another site; empty if there is none."""
        return next(
            (link for link in self.links if urlsplit(link).netloc not in ("", urlsplit(self.address).netloc)), ""
        )


class Browser:
    """One person's."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._site = api.base_url
        self.cookies: dict[tuple[str, str], str] = {}
        """By name and path."""
        self.secrets: set[str] = set()
        """Every cookie and form token that it was given."""

    def give(self, name: str, value: str, path: str = "/") -> None:
        """Put a cookie in, as an app does for its own web view."""
        self.cookies[name, path] = value
        self.secrets.add(value)

    def open(self, address: str) -> Page:
        """Go to an address. Raises Refused if the page says that it cannot be."""
        return self._go("GET", address, None, {})

    def send(self, page: Page, form: Form, fields: Mapping[str, str], files: Mapping[str, bytes] | None = None) -> Page:
        """Fill in a form and send it. Raises Refused if the answer says what is wrong."""
        filled = {**form.fields, **fields}
        if form.is_multipart:
            kind, body = _multipart(filled, files or {})
        else:
            kind, body = "application/x-www-form-urlencoded", urlencode(filled).encode()
        headers = {"Content-Type": kind, "Origin": self._site, "Sec-Fetch-Site": "same-origin"}
        return self._go(form.method, urljoin(page.address, form.action), body, headers)

    def _go(self, method: str, address: str, body: bytes | None, headers: dict[str, str]) -> Page:
        for _ in range(MOST_REDIRECTS):
            address = urljoin(self._site + "/", address)
            if not address.startswith(self._site + "/"):
                return Page(address, left_for=address)
            path = address.removeprefix(self._site)
            reply = self._api.send(method, path, self._headers(path) | headers, body)
            self._keep(reply)
            if reply.status != 303:
                return self._shown(address, reply)
            method, address, body, headers = "GET", urljoin(address, reply.headers["location"]), None, {}
        raise Refused(310, "redirects without end", address.partition("?")[0])

    def _headers(self, path: str) -> dict[str, str]:
        mine = [f"{name}={value}" for (name, place), value in self.cookies.items() if path.startswith(place)]
        headers = {"Accept": ACCEPT, "Accept-Language": "en", "Sec-Fetch-Site": "none"}
        return headers | ({"Cookie": "; ".join(mine)} if mine else {})

    def _keep(self, reply: Reply) -> None:
        for text in reply.cookies:
            for name, morsel in SimpleCookie(text).items():
                key = (name, morsel["path"] or "/")
                if morsel["max-age"] == "0":
                    self.cookies.pop(key, None)
                else:
                    self.cookies[key] = morsel.value
                    self.secrets.add(morsel.value)

    def _shown(self, address: str, reply: Reply) -> Page:
        reader = _Reader()
        reader.feed(reply.body.decode())
        page = Page(
            address, reply.status, reader.heading.strip(), reader.problem.strip(),
            tuple(reader.forms), tuple(reader.links),
        )  # fmt: skip
        self.secrets |= {token for form in page.forms if (token := form.fields.get("token"))}
        if page.status >= 400:
            raise WrongPage(page)
        return page


class WrongPage(Refused):
    """A page that says what is wrong; ``page`` may hold the form to try again with."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.status, page.problem or page.heading, page.address.partition("?")[0])
        self.page = page


class _Reader(HTMLParser):
    """Heading, problem, links and forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.heading = self.problem = ""
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._into = ""
        self._in_problem = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            is_multipart = given.get("enctype") == "multipart/form-data"
            self.forms.append(Form(given["action"], given.get("method", "get").upper(), is_multipart, {}, frozenset()))
        elif tag in ("input", "button") and self.forms and given.get("name"):
            self._field(tag, given)
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "div" and given.get("class") == "problem":
            self._in_problem = True
        if tag == "h1" and not self.heading:
            self._into = "heading"
        elif self._in_problem and tag in ("strong", "p") and not self.problem:
            self._into = "problem"

    def handle_endtag(self, tag: str) -> None:
        if tag in ("h1", "strong", "p"):
            self._into = ""
        elif tag == "div":
            self._in_problem = False

    def handle_data(self, data: str) -> None:
        if self._into == "heading":
            self.heading += data
        elif self._into == "problem":
            self.problem += data

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name = self.forms[-1], given["name"]
        if given.get("type") == "hidden":
            form.fields[name] = given.get("value", "")
        else:
            asked = form.asks_for | {name}
            self.forms[-1] = Form(form.action, form.method, form.is_multipart, form.fields, asked)


def _multipart(fields: Mapping[str, str], files: Mapping[str, bytes]) -> tuple[str, bytes]:
    boundary = secrets.token_hex(16)
    parts = [(f'name="{name}"', value.encode()) for name, value in fields.items()]
    parts += [(f'name="{name}"; filename="foto.jpg"\r\nContent-Type: image/jpeg', data) for name, data in files.items()]
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {about}\r\n\r\n".encode() + data + b"\r\n"
        for about, data in parts
    )
    return f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode()
