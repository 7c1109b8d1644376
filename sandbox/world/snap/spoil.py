"""What a fault makes of a good answer on its way out. The work is already done, or deliberately not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from .faults import Fault
from .wire import Lost, Reply, say

_HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
_MEGABYTE = 1_000_000


def before(fault: Fault, service: str) -> Reply | None:
    """The answer of a provider that does nothing at all; None if the fault is another one."""
    if fault.what == "down":
        return Reply(503, _HTML, "text/html", lost=Lost(fault.how) if fault.how else None)
    if fault.what == "lost_before_commit":
        return replace(say(service, 200, "00"), lost=Lost(fault.how or Lost.HANG))
    if fault.what in ("error_before_commit", "inquiry_down"):
        return _coded(fault.code or f"500{service}00", service)
    return None


def after(fault: Fault, service: str, reply: Reply) -> Reply:
    """The same work, another answer."""
    match fault.what:
        case "slow":
            return replace(reply, delay_seconds=fault.seconds or 3)
        case "lost_after_commit" | "late_commit":
            return replace(reply, lost=Lost(fault.how or Lost.HANG))
        case "error_after_commit":
            return _coded(fault.code or f"500{service}00", service)
        case "drip":
            return replace(reply, delay_seconds=fault.seconds or 30, drip=True)
        case "error_and_failed":
            return _coded(fault.code or f"500{service}00", service)
        case "pays_wrong_amount" if fault.code:
            return _coded(fault.code, service)
        case "html_body":
            return Reply(int(fault.code[:3] or 200), _HTML, "text/html")
        case "truncated_json":
            return replace(reply, body=reply.body[: len(reply.body) // 2])
        case "invalid_utf8":
            return replace(reply, body=reply.body.replace(b"Successful", b"Succ\xe9ssful"))
        case "huge_body":
            return replace(reply, body=reply.body[:-1] + b', "padding": "' + b"x" * _MEGABYTE + b'"}')
        case "unknown_code":
            return say(service, 403, "99")
        case "code_contradicts_http":
            return replace(say(service, 500, "00"), status=200)
        case "wrong_echo_reference":
            return _edited(reply, partnerReferenceNo="SOMEONEELSE")
        case "wrong_echo_amount":
            return _edited(reply, amount={"value": "60000.00", "currency": "IDR"})
        case "missing_reference_no":
            return _edited(reply, referenceNo=None)
        case "name_truncated" | "name_masked" | "name_other":
            return _renamed(reply, fault.what)
    return reply


def _coded(code: str, service: str) -> Reply:
    return say(service, int(code[:3]), code[5:])


def _renamed(reply: Reply, how: str) -> Reply:
    document = json.loads(reply.body)
    field = next((name for name in ("customerName", "beneficiaryAccountName") if name in document), "")
    name = str(document.get(field, ""))
    changed = {
        "name_truncated": name[:10].strip(),
        "name_masked": " ".join(word[:2] + "*" * len(word[2:]) for word in name.split()),
        "name_other": "BUDI SANTOSO" if name != "BUDI SANTOSO" else "SITI AMINAH",
    }
    return _edited(reply, **{field: changed[how]})


def _edited(reply: Reply, **changes: Any) -> Reply:
    if reply.status != 200:
        return reply
    document = {**json.loads(reply.body), **changes}
    kept = {name: value for name, value in document.items() if value is not None}
    return replace(reply, body=json.dumps(kept).encode())
