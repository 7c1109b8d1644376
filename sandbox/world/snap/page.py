"""The control page: plain HTML, buttons are forms, nothing needs JavaScript."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.world.pages import escape, page, wib_text

from .books import stored
from .menu import CATALOGUE, MENU
from .profiles import PROFILES
from .settings import SETTINGS

_ROLES = ("", "token", "account", "transfer", "status", "balance", "statement", "file")
_QUICK = (
    ("Lose 5 % of answers after the credit", {"what": "lost_after_commit", "permille": "50", "how": "cut"}),
    ("Lose the next answer after the credit", {"what": "lost_after_commit", "times": "1", "how": "cut"}),
    ("Down for one minute", {"what": "down", "for_seconds": "60"}),
    ("Next transfer pending, then paid", {"what": "pending_then_success", "times": "1"}),
    ("Next transfer pending, then failed", {"what": "pending_then_fail", "times": "1"}),
    ("Expire the token now", {"what": "token_expired", "times": "1"}),
    ("No source funds", {"what": "insufficient_funds"}),
    ("Call-backs twice", {"what": "callback_duplicated"}),
    ("Call-backs out of order", {"what": "callback_out_of_order"}),
    ("Forge call-backs", {"what": "F23"}),
    ("Spoil one statement row in ten", {"what": "F32", "permille": "100"}),
)


def control_page(
    base: str,
    now: datetime,
    books: dict[str, Any],
    faults: list[dict[str, Any]],
    callbacks: list[dict[str, Any]],
) -> str:
    """The page; ``base`` is the address of the control plane, ``/snap/control``."""
    sane = "Balances equal the ledger." if books["agrees"] else "<strong>Balances and ledger differ.</strong>"
    names = ("books", "ledger", "calls", "callbacks", "faults", "menu", "profiles", "keys")
    links = " · ".join(f"<a href='{base}/{name}'>{name}</a>" for name in names)
    sections = (
        f"<p>{sane} As JSON: {links}</p>{_providers(books['providers'])}",
        f"<h2>Clock</h2><p>{wib_text(stored(now))}</p>" + _clock_form(base),
        "<h2>Faults in force</h2>" + _faults(base, faults),
        "<h2>Quick faults, all providers</h2>" + "".join(_button(f"{base}/faults", *quick) for quick in _QUICK),
        "<h2>Any fault</h2>" + _fault_form(base),
        "<h2>Latest call-backs</h2>" + _callbacks(callbacks),
        "<h2>Settlement file</h2>" + _file_form(base),
        "<h2>Open an account, or change it</h2>" + _account_form(base),
        "<h2>One transfer</h2>" + _transfer_forms(base),
        "<h2>How a provider works</h2>" + _settings_form(base),
    )
    return page("Pembayaran / Payment providers", "".join(f"<article>{section}</article>" for section in sections))


def _providers(providers: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td>{escape(PROFILES[name].title)}</td><td>{one['totals']['credits']}</td>"
        f"<td>{_rupiah(one['totals']['rupiah'])}</td><td>{one['totals']['refunds']}</td>"
        f"<td>{_rupiah(sum(one['source_accounts'].values()))}</td><td>{_counts(one['transfers'])}</td></tr>"
        for name, one in providers.items()
    )
    head = "<th>provider</th><th>credits</th><th>paid</th><th>refunds</th><th>source funds</th><th>transfers</th>"
    return _table(head, rows)


def _faults(base: str, faults: list[dict[str, Any]]) -> str:
    if not faults:
        return "<p>None: the provider behaves.</p>"
    rows = "".join(
        f"<tr><td>{fault['id']}</td><td>{escape(fault['what'])}</td><td>{escape(_conditions(fault))}</td>"
        f"<td>{fault['fired']} of {fault['matched']}</td>"
        f"<td>{_button(base + '/faults/clear', 'clear', {'id': str(fault['id'])})}</td></tr>"
        for fault in faults
    )
    head = "<th></th><th>what</th><th>when</th><th>fired</th><th></th>"
    return _table(head, rows) + _button(f"{base}/faults/clear", "Clear all", {})


def _conditions(fault: dict[str, Any]) -> str:
    usual = {"provider": "*", "role": "*", "permille": 1000}
    skipped = {"id", "what", "matched", "fired", "set_at"}
    shown = {k: v for k, v in fault.items() if k not in skipped and v not in ("", 0) and usual.get(k) != v}
    return ", ".join(f"{name}={value}" for name, value in shown.items()) or "always"


def _button(action: str, label: str, hidden: dict[str, str]) -> str:
    inputs = "".join(f"<input type='hidden' name='{escape(n)}' value='{escape(v)}'>" for n, v in hidden.items())
    return f"<form method='post' action='{action}'>{inputs}<button>{escape(label)}</button></form>"


def _fault_form(base: str) -> str:
    numbered = {number: one.title for number, one in CATALOGUE.items() if one.variants}
    listed = {**MENU, **numbered}
    kinds = "".join(f"<option value='{what}'>{what}: {escape(words)}</option>" for what, words in listed.items())
    small = "".join(_input(name) for name in ("nth", "every", "permille", "times", "for_seconds", "seconds"))
    texts = "".join(_input(name) for name in ("reference", "account_suffix", "code"))
    how = "<label>how<select name='how'><option></option><option>hang</option><option>cut</option></select></label>"
    roles = "".join(f"<option>{role}</option>" for role in _ROLES)
    role = f"<label>role<select name='role'>{roles}</select></label>"
    chosen = f"<label>what<select name='what'>{kinds}</select></label>{_provider_choice(every=True)}{role}"
    return f"<form method='post' action='{base}/faults'>{chosen}{texts}{small}{how}<button>Set</button></form>"


def _account_form(base: str) -> str:
    statuses = "".join(f"<option>{s}</option>" for s in ("ACTIVE", "INACTIVE", "CLOSED", "DORMANT", "FROZEN"))
    chosen = (
        f"<label>status<select name='status'>{statuses}</select></label>"
        "<label>kyc<select name='kyc'><option>FULL</option><option>BASIC</option><option>NONE</option></select></label>"
    )
    inputs = "".join(_input(name) for name in ("number", "name", "nik", "balance", "max_balance", "monthly_in"))
    return (
        f"<form method='post' action='{base}/accounts'>{_provider_choice()}{inputs}{chosen}<button>Save</button></form>"
    )


def _transfer_forms(base: str) -> str:
    outcome = "<label>outcome<select name='outcome'><option>SUCCESS</option><option>FAILED</option></select></label>"
    common = _provider_choice() + _input("reference")
    return (
        f"<form method='post' action='{base}/settle'>{common}{outcome}<button>Settle a pending one</button></form>"
        f"<form method='post' action='{base}/refund'>{common}<button>Send a paid one back</button></form>"
    )


def _settings_form(base: str) -> str:
    """One setting at a time; a form of several would set all that it leaves empty."""
    return "".join(
        f"<form method='post' action='{base}/settings'>{_provider_choice()}{_input(name)}<button>Set</button></form>"
        for name in SETTINGS
    )


def _clock_form(base: str) -> str:
    steps = ((60, "1 minute"), (3_600, "1 hour"), (86_400, "1 day"))
    return "".join(_button(f"{base}/clock", f"{words} later", {"seconds": str(seconds)}) for seconds, words in steps)


def _file_form(base: str) -> str:
    day = "<label>day <input type='date' name='day' required></label>"
    early = "<label><input type='checkbox' name='early' value='1'> as far as there is one</label>"
    return f"<form method='get' action='{base}/settlement'>{_provider_choice()}{day}{early}<button>Download</button></form>"


def _callbacks(callbacks: list[dict[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td>{escape(one['provider'])}</td><td>{escape(one['reference'])}</td><td>{escape(one['kind'])}</td>"
        f"<td>{wib_text(one['due_at'])}</td><td>{escape(one['state'].lower())}</td>"
        f"<td>{one['tries']}</td><td>{one['status'] or ''} {escape(one['answer'][:80])}</td></tr>"
        for one in callbacks
    )
    head = "<th>provider</th><th>reference</th><th>kind</th><th>due</th><th>state</th><th>tries</th><th>answer</th>"
    return _table(head, rows) if rows else "<p>None so far.</p>"


def _provider_choice(*, every: bool = False) -> str:
    names = "".join(f"<option>{name}</option>" for name in (*(["*"] if every else []), *PROFILES))
    return f"<label>provider<select name='provider'>{names}</select></label>"


def _input(name: str) -> str:
    return f"<label>{name} <input name='{name}'></label>"


def _table(head: str, rows: str) -> str:
    return f"<div style='overflow-x:auto'><table cellpadding='4'><tr>{head}</tr>{rows}</table></div>"


def _counts(counts: dict[str, int]) -> str:
    return escape(", ".join(f"{state.lower()} {count}" for state, count in sorted(counts.items())) or "none")


def _rupiah(amount: int) -> str:
    return "Rp" + f"{amount:,}".replace(",", ".")
