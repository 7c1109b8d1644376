"""The control page: plain HTML, buttons are forms, nothing needs JavaScript."""

from __future__ import annotations

from typing import Any

from sandbox.world.pages import escape, page

from .faults import MENU
from .profiles import PROFILES, Dedup

_QUICK = (
    ("Lose 5 % of answers after the credit", {"what": "lost_after_commit", "permille": "50", "how": "cut"}),
    ("Lose the next answer after the credit", {"what": "lost_after_commit", "times": "1", "how": "cut"}),
    ("Down for one minute", {"what": "down", "for_seconds": "60"}),
    ("Next transfer pending, then paid", {"what": "pending_then_success", "times": "1"}),
    ("Next transfer pending, then failed", {"what": "pending_then_fail", "times": "1"}),
    ("Expire the token now", {"what": "token_expired", "times": "1"}),
    ("No source funds", {"what": "insufficient_funds"}),
)


def control_page(base: str, books: dict[str, Any], faults: list[dict[str, Any]]) -> str:
    """The page; ``base`` is the address of the control plane, ``/snap/control``."""
    sane = "Balances equal the ledger." if books["agrees"] else "<strong>Balances and ledger differ.</strong>"
    links = " · ".join(f"<a href='{base}/{name}'>{name}</a>" for name in ("books", "calls", "faults"))
    sections = (
        f"<p>{sane} As JSON: {links}</p>{_providers(books['providers'])}",
        "<h2>Faults in force</h2>" + _faults(base, faults),
        "<h2>Quick faults, all providers</h2>" + "".join(_button(f"{base}/faults", *quick) for quick in _QUICK),
        "<h2>Any fault</h2>" + _fault_form(base),
        "<h2>Open an account, or change it</h2>" + _account_form(base),
        "<h2>One transfer</h2>" + _transfer_forms(base),
        "<h2>A reference that comes again</h2>" + _dedup_form(base),
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
    kinds = "".join(f"<option value='{what}'>{what}: {escape(words)}</option>" for what, words in MENU.items())
    small = "".join(_input(name) for name in ("nth", "every", "permille", "times", "for_seconds", "seconds"))
    texts = "".join(_input(name) for name in ("reference", "account_suffix", "code"))
    how = "<label>how<select name='how'><option></option><option>hang</option><option>cut</option></select></label>"
    roles = "".join(f"<option>{role}</option>" for role in ("", "token", "account", "transfer", "status", "balance"))
    role = f"<label>role<select name='role'>{roles}</select></label>"
    chosen = f"<label>what<select name='what'>{kinds}</select></label>{_provider_choice(every=True)}{role}"
    return f"<form method='post' action='{base}/faults'>{chosen}{texts}{small}{how}<button>Set</button></form>"


def _account_form(base: str) -> str:
    statuses = "".join(f"<option>{s}</option>" for s in ("ACTIVE", "INACTIVE", "CLOSED", "DORMANT", "FROZEN"))
    chosen = (
        f"<label>status<select name='status'>{statuses}</select></label>"
        "<label>kyc<select name='kyc'><option>FULL</option><option>BASIC</option></select></label>"
    )
    inputs = "".join(_input(name) for name in ("number", "name", "balance", "max_balance", "monthly_in"))
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


def _dedup_form(base: str) -> str:
    kinds = "".join(f"<option>{kind.value}</option>" for kind in Dedup)
    choice = f"<label>duplicate check<select name='dedup'>{kinds}</select></label>"
    return f"<form method='post' action='{base}/settings'>{_provider_choice()}{choice}<button>Set</button></form>"


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
