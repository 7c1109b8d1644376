"""A real browser on the pages: headless Chromium as a phone of 360 × 740 pixels, and the servers that it visits.

The pages are the deployed functions behind a small HTTP server of this process; an institution's site is another one, so
that leaving for it crosses origins as it does in life.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from threading import RLock, Thread
from typing import Any
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.wait import WebDriverWait

from tests.support.gateway import Wsgi, wsgi

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
MISSING = (
    ""
    if CHROMIUM and DRIVER
    else "no chromium with chromedriver here (Debian: apt-get install chromium chromium-driver)"
)

WIDTH, HEIGHT = 360, 740
PATIENCE = 30
"""Seconds for a page to come, on a machine that is busy with other tests."""
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-default-apps", "--disable-dev-shm-usage", "--accept-lang=id-ID",
)  # fmt: skip
LOOK = (Path(__file__).parent / "browsing.js").read_text("utf-8")


@dataclass(frozen=True)
class Look:
    """What is wrong with a page, in words; nothing is good."""

    too_wide: list[str]
    faint: list[str]
    unlabelled: list[str]
    small: list[str]
    headings: int
    language: str
    title: str


class Phone:
    """Chromium, driven."""

    def __init__(self, profile: Path) -> None:
        options = ChromeOptions()
        options.binary_location = CHROMIUM or ""
        for flag in (*FLAGS, f"--user-data-dir={profile}", f"--window-size={WIDTH},{HEIGHT}"):
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = Chrome(options, ChromeService(DRIVER))
        self.driver.set_page_load_timeout(PATIENCE)
        metrics = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 2, "mobile": True}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def forget(self, *, scripts: bool = True) -> None:
        """A browser that has never been anywhere; without ``scripts`` pages cannot run any."""
        self.driver.get("about:blank")
        self.driver.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
        self.requests()
        self.complaints()

    def open(self, url: str) -> None:
        self.driver.get(url)

    def cookie(self, url: str, name: str, value: str) -> None:
        """Put a cookie in place, as an earlier visit would have."""
        self.driver.execute_cdp_cmd("Network.setCookie", {"url": url, "name": name, "value": value, "httpOnly": True})

    def type(self, name: str, text: str) -> None:
        """Into the field of this name."""
        self.driver.find_element(By.NAME, name).send_keys(text)

    def press(self, words: str) -> None:
        """The button or link with these words, which leads to another page."""
        page = self.driver.find_element(By.TAG_NAME, "html")
        self.driver.find_element(By.XPATH, f"//button[.='{words}'] | //a[.='{words}']").click()
        # Asked in the middle of leaving, the driver may answer with an error of the browser's: that page is going, ask again.
        WebDriverWait(self.driver, PATIENCE, ignored_exceptions=[WebDriverException]).until(staleness_of(page))

    @property
    def address(self) -> str:
        return self.driver.current_url

    @property
    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    def look(self) -> Look:
        """Measure the page as it is drawn."""
        return Look(**self.driver.execute_script(LOOK))

    def walk(self) -> list[tuple[str, bool]]:
        """Go through the page with the tabulator key: what gets the focus, and whether it shows."""
        found: list[tuple[str, bool]] = []
        for _ in range(30):
            ActionChains(self.driver).send_keys(Keys.TAB).perform()
            here = self.driver.switch_to.active_element
            if here.tag_name == "body":
                break
            name = here.get_attribute("name") or here.text
            if found and name == found[0][0]:
                break
            shows = here.value_of_css_property("outline-style") != "none"
            found.append((str(name), shows))
        return found

    def requests(self) -> list[tuple[str, int]]:
        """(address, bytes received) of everything that was loaded since the last question."""
        loaded: dict[str, str] = {}
        sizes: dict[str, int] = {}
        for entry in self.driver.get_log("performance"):  # type: ignore[no-untyped-call]
            event = json.loads(entry["message"])["message"]
            params = event["params"]
            if event["method"] == "Network.requestWillBeSent":
                loaded[params["requestId"]] = params["request"]["url"]
            elif event["method"] == "Network.loadingFinished":
                sizes[params["requestId"]] = int(params["encodedDataLength"])
        return [(url, sizes.get(number, 0)) for number, url in loaded.items() if url.startswith("http")]

    def complaints(self) -> list[str]:
        """What the browser wrote on its console, but for answers that were meant as refusals."""
        entries = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [
            entry["message"] for entry in entries if "the server responded with a status of 4" not in entry["message"]
        ]

    def quit(self) -> None:
        self.driver.quit()


@contextmanager
def served(handle: Callable[[dict[str, Any]], dict[str, Any]]) -> Iterator[str]:
    """The base URL of functions behind a server on a free port. Requests come one by one, as moto wants them."""
    with _serving(wsgi(handle)) as url:
        yield url


@contextmanager
def institution() -> Iterator[str]:
    """The base URL of an institution's site, which welcomes everybody back."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
        return [b'<!doctype html><title>LMS</title><link rel="icon" href="data:,"><p>Selamat datang kembali']

    with _serving(application) as url:
        yield url


@contextmanager
def _serving(application: Wsgi) -> Iterator[str]:
    lock = RLock()

    def in_turn(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        with lock:
            return list(application(environ, start_response))

    server = _Server(("127.0.0.1", 0), _Quiet)
    server.set_app(in_turn)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def hosts_of(requests: list[tuple[str, int]]) -> set[str]:
    """Where things were loaded from."""
    return {urlsplit(url).netloc for url, _ in requests}


class _Server(ThreadingMixIn, WSGIServer):
    """Browsers open connections and say nothing on them: one thread would wait there for ever."""

    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        return
