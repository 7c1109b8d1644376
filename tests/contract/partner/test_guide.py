"""The page that partners read says what is true: its samples run, its examples are right, its endpoints are all there."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.partner_api.requests import read
from functions.partner_api.routes import ENDPOINTS
from prakerja.partners.signature import sign, sign_strongly
from prakerja.platform.clock import SystemClock
from tests.contract.partner.client import PREFIX
from tests.contract.partner.habits import HABITS, write
from tests.contract.partner.target import Here, a_market_here
from tests.contract.partner.wire_client import send_once

PAGE = (Path(__file__).parents[3] / "docs" / "partner-api.md").read_text("utf-8")
VECTOR = dict(re.findall(r"^\| ([\w -]+) \| `(.*)` \|$", PAGE, re.MULTILINE))
RUNNERS: dict[str, list[str]] = {
    "bash": ["bash", "-euo", "pipefail"],
    "python": [sys.executable],
    "js": ["node"],
    "php": ["php"],
    "go": ["go", "run"],
}
SUFFIXES = {"bash": "sh", "python": "py", "js": "mjs", "php": "php", "go": "go"}
ORDER = ["client_code", "timestamp", "method", "path", "body"]
SECTIONS = dict(re.findall(r"^### `(/\S+)`\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL))


def samples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


SAMPLES = [(language, number) for language in RUNNERS for number in range(len(samples(language)))]


@pytest.fixture(scope="module")
def here() -> Iterator[Here]:
    with a_market_here() as market:
        yield market


# samples ----------------------------------------------------------------------------------------------------------
def test_there_is_a_sample_in_each_language() -> None:
    assert {language for language, _ in SAMPLES} == set(RUNNERS)
    assert len(samples("python")) == 2, "one for each signature"


@pytest.mark.real_time
@pytest.mark.parametrize(("language", "number"), SAMPLES)
def test_a_sample_is_believed(here: Here, tmp_path: Path, language: str, number: int) -> None:
    """What this machine cannot run is at least read: see below."""
    command = RUNNERS[language]
    if shutil.which(command[0]) is None:
        assert language in ("php", "go"), f"{command[0]} belongs to the tools of this house"
        return
    file = tmp_path / f"sample.{SUFFIXES[language]}"
    file.write_text(samples(language)[number], "utf-8")
    here.back()
    here.market.world.clock.now = SystemClock().wall()  # the samples look at this machine's
    environment = {
        **os.environ,
        "BASE_URL": here.base_url,
        "CLIENT_CODE": "lpk",
        "SIGN_KEY": here.keys["lpk"],
        "REDEEM_CODE": here.sale["redeem_code"],
    }
    done = subprocess.run(
        [*command, str(file)], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["success"] is True
    assert answer["data"]["redeem_code"] == here.sale["redeem_code"]


@pytest.mark.parametrize(
    ("language", "text", "mac"),
    [
        ("bash", r'"\$\{CLIENT_CODE\}\$\{TIMESTAMP\}POST\$\{URL_PATH\}\$\{BODY\}"', r"dgst -sha1 -hmac \"\$SIGN_KEY\""),
        (
            "python",
            r"text = client_code \+ timestamp \+ method \+ path \+ body\n",
            r"hmac\.new\(key\.encode\(\), .*sha1",
        ),
        (
            "js",
            r"text = clientCode \+ timestamp \+ method \+ path \+ body;",
            r'createHmac\("sha1", key\)\.update\(text\)',
        ),
        ("php", r"\$text = (.*);", r"hash_hmac\('sha1', \$text, \$key\)"),
        ("go", r"text := (.*)\n", r"hmac\.New\(sha1\.New, \[\]byte\(key\)\)"),
    ],
)
def test_a_sample_signs_what_the_worked_example_signs(language: str, text: str, mac: str) -> None:
    """Also where it cannot be run: the parts that it joins, put in with the example's values, give its signature."""
    sample = samples(language)[0]
    found = re.search(text, sample)
    assert found is not None
    assert re.search(mac, sample)
    if found.groups():
        parts = [_snake(part) for part in re.split(r" [.+] ", found[1])]
        assert parts == ORDER
        joined = "".join(VECTOR[part] for part in parts)
        assert joined == VECTOR["text signed"]
        assert hmac.new(VECTOR["key"].encode(), joined.encode(), hashlib.sha1).hexdigest() == VECTOR["signature"]


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name.strip("$ ")).lower()


# worked examples --------------------------------------------------------------------------------------------------
def test_the_worked_example_is_right() -> None:
    parts = [VECTOR[name] for name in ORDER]
    assert VECTOR["text signed"] == "".join(parts)
    assert sign(VECTOR["key"].encode(), *parts) == VECTOR["signature"]


def test_the_stronger_example_is_right() -> None:
    names = ("client_code", "timestamp", "nonce", "method", "path")
    client_code, timestamp, nonce, method, path = (VECTOR[f"strong {name}"] for name in names)
    key, body = VECTOR["strong key"].encode(), VECTOR["strong body"].encode()
    assert hashlib.sha256(body).hexdigest() == VECTOR["SHA-256 of the body"]
    signature = sign_strongly(key, client_code, timestamp, nonce, method, path, body)
    assert signature == VECTOR["strong signature"]


def test_the_example_of_the_check_is_answered_as_told(here: Here) -> None:
    (example,) = re.findall(r"### Finding a mistake.*?```json\n(.*?)```", PAGE, re.DOTALL)
    path = f"{PREFIX}/signature/check"
    reply = send_once(here.base_url, "POST", path, {"client_code": "x"}, example.encode())
    data = reply.body["data"]
    assert [part["agrees"] for part in data["parts"]] == [True, True, False, None, None]
    assert set(data) == {"agrees", "parts", "body_form", "clock_off", "headers_received", "advice"}
    assert all(f"`{name}`" in PAGE for name in (*data, *data["parts"][0]) if name not in ("part", "parts"))


# endpoints --------------------------------------------------------------------------------------------------------
def test_every_endpoint_has_its_place() -> None:
    ours = {endpoint.path for endpoint in ENDPOINTS}
    told = {PREFIX + path for path in SECTIONS} | {f"{PREFIX}/signature/check"}
    assert told == {path for path in ours if path.startswith(PREFIX)}
    assert [path for path in ours if path not in told and path.removeprefix("/api/v1") not in PAGE] == []


@pytest.mark.parametrize("path", SECTIONS)
def test_the_requests_and_answers_are_those_of_the_endpoint(here: Here, path: str) -> None:
    request, *answers = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", SECTIONS[path], re.DOTALL)]
    (endpoint,) = [endpoint for endpoint in ENDPOINTS if endpoint.path == PREFIX + path]
    read(endpoint.request_model, request)
    case = next(case for case in here.cases().values() if case.path == path)
    assert set(request) == set(case.body)
    if answers:
        real = _ask(here, path)
        assert _shape(answers[0]) == _shape(real)


def _ask(here: Here, path: str) -> dict[str, Any]:
    here.back()
    case = next(case for case in here.cases().values() if case.path == path)
    body, now = {**case.body, "x": 1}, here.now()
    wire = write(
        HABITS[0], case.partner, here.keys[case.partner], PREFIX + path, body, timestamp=now, nonce="", **case.headers
    )
    answer: dict[str, Any] = send_once(here.base_url, "POST", wire.path, wire.headers, wire.body).body
    return answer


def _shape(answer: Any) -> Any:
    """Names and JSON types; null is no type of its own."""
    if isinstance(answer, dict):
        return {name: _shape(value) for name, value in answer.items() if name != "redeem_at"}
    return type(answer).__name__


def test_the_example_answers_are_json() -> None:
    for answer in re.findall(r"`(\{\"(?:success|code)\".*?\})`", PAGE):
        assert json.loads(answer.replace("{…}", "{}")).get("success", False) in (True, False)
