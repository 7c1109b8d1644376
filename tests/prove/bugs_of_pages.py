"""Bugs of the pages and of log in with Prakerja."""

from __future__ import annotations

from tests.prove.bug import Bug

WEB = "layers/prakerja/python/prakerja/platform/web"
SSO = "layers/prakerja/python/prakerja/sso"

PAGE_BUGS = (
    Bug(
        "let tokens live on whose code came twice",
        f"{SSO}/service/exchanging.py",
        '        _end(p, _grant_of(code, code.used_at or now), "CODE_REUSED")\n',
        "",
        ("tests/functions/test_partner_sso.py",),
    ),
    Bug(
        "let tokens live on whose code came twice at one moment",
        f"{SSO}/service/exchanging.py",
        '        _end(p, grant, "CODE_REUSED")\n',
        "",
        ("tests/chaos/test_races.py::test_exactly_one_wins[moto-one code of log in with Prakerja, two exchanges]",),
    ),
    Bug(
        "give a code of a form again that was used",
        f"{SSO}/service/asking.py",
        "        if given is not None and given.is_waiting(now):\n",
        "        if given is not None:\n",
        ("tests/functions/test_consent.py",),
    ),
    Bug(
        "lead back from a sign-in to a page without its query",
        f"{WEB}/frame.py",
        "quote(visit.address, safe=_IN_PATHS)",
        "quote(visit.path, safe=_IN_PATHS)",
        ("tests/functions/test_consent.py",),
    ),
    Bug(
        "take a code as its minute ends",
        f"{SSO}/model.py",
        "code.created_at <= now < code.created_at + CODE_LIFE",
        "code.created_at <= now <= code.created_at + CODE_LIFE",
        ("tests/unit/sso/test_model.py",),
    ),
    Bug(
        "let a partner read on after the person took it back",
        f"{SSO}/service/withdrawing.py",
        "    parts = end_grant(one, WITHDRAWN, now) if one.fetched",
        "    parts = end_grant(one, WITHDRAWN, now)[1:] if one.fetched",
        ("tests/functions/test_consents.py",),
    ),
    Bug(
        "let a code be exchanged that the person took back",
        f"{SSO}/store.py",
        "_row(grant, fetched=True), NOT_ENDED, CodeUnknown())",
        '_row(grant, fetched=True), Attr("pk").exists(), CodeUnknown())',
        ("tests/functions/test_consents.py",),
    ),
    Bug(
        "give everything, whatever the scope",
        f"{SSO}/service/reading.py",
        "[SEALED[scope] for scope in allowed.scopes if scope in SEALED]",
        "[SEALED[scope] for scope in SEALED]",
        ("tests/functions/test_partner_sso.py",),
    ),
    Bug(
        "go wherever the query says when logging in fails",
        f"{SSO}/service/asking.py",
        "    if not may_fail_to(partner, asked, wib_date(p.clock.wall())):\n        return None\n",
        "",
        ("tests/functions/test_consent.py",),
    ),
    Bug(
        "believe forms of other sites",
        f"{WEB}/forms.py",
        "    if sender is not None and urlsplit(sender).netloc not in ours:\n",
        "    if sender is None:\n",
        ("tests/functions/test_page_forms.py",),
    ),
    Bug(
        "sign forms for nobody in particular",
        f"{WEB}/forms.py",
        '("prakerja/form", self.holder, action, issued)',
        '("prakerja/form", action, issued)',
        ("tests/functions/test_page_forms.py", "tests/functions/test_consent.py"),
    ),
    Bug(
        "follow a sign-in to any address",
        "layers/prakerja/python/prakerja/platform/addresses.py",
        "return text if text and len(text) <= MAX_PATH and _LOCAL.fullmatch(text) else otherwise",
        "return text or otherwise",
        ("tests/unit/platform/test_addresses.py",),
    ),
)
