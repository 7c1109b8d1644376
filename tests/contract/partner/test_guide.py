"""The page that partners read says what is true: its sample runs, its example is right, its codes are all there."""

from __future__ import annotations

import io
import json
import re
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from functions.partner_api.codes import CODES
from functions.partner_api.envelope import handle
from prakerja.partners.signature import sign
from tests.contract.partner.client import event
from tests.contract.partner.service import CLIENT, new_service

PAGE = (Path(__file__).parents[3] / "docs" / "partner-api.md").read_text()


def test_the_python_sample_is_believed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    service = new_service()

    def urlopen(request: urllib.request.Request) -> io.BytesIO:
        assert isinstance(request.data, bytes)
        called = event(request.selector, dict(request.header_items()), request.data, method=request.get_method())
        now = datetime.fromtimestamp(int(request.headers["Timestamp"]), UTC)
        return io.BytesIO(handle(called, service.endpoints, service, now)["body"].encode())

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    monkeypatch.setenv("BASE_URL", "http://127.0.0.1:8080")
    monkeypatch.setenv("CLIENT_CODE", CLIENT.client_code)
    monkeypatch.setenv("SIGN_KEY", CLIENT.key.decode())
    monkeypatch.setenv("REDEEM_CODE", "GHOPNYXUVMT0")
    (sample,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(sample, "docs/partner-api.md", "exec"), {})
    assert "'success': True" in capsys.readouterr().out
    assert [call.request.redeem_code for call in service.calls] == ["GHOPNYXUVMT0"]


def test_the_worked_example_is_right() -> None:
    row = dict(re.findall(r"^\| ([\w ]+) \| `(.*)` \|$", PAGE, re.MULTILINE))
    parts = (row["client_code"], row["timestamp"], row["method"], row["path"], row["body"])
    assert row["text signed"] == "".join(parts)
    assert sign(row["key"].encode(), *parts) == row["signature"]


def test_the_page_lists_every_code_with_its_status() -> None:
    listed = re.findall(r"^\| `(ERR\w+)` \| (\d+) \|", PAGE, re.MULTILINE)
    assert sorted(listed) == sorted((row.code, str(row.status)) for row in CODES.values())


def test_the_example_answers_are_json() -> None:
    for answer in re.findall(r"`(\{\"(?:success|code)\".*?\})`", PAGE):
        assert json.loads(answer.replace("{…}", "{}"))["success"] in (True, False)
