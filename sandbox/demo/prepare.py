"""Everything before the first person signs up: start, synthesise, deploy, warm, secrets, catalogue, operators."""

from __future__ import annotations

import json
from collections.abc import Sequence

from prakerja.partners import add_sign_key
from sandbox.cloud.process import warm_functions
from sandbox.demo.admin import Admin
from sandbox.demo.keys import OPERATORS, PROVIDERS, Keys, public_key
from sandbox.demo.options import Options
from sandbox.demo.outside import Outside
from sandbox.demo.show import Show
from sandbox.demo.stages.buying import IN_USE
from sandbox.demo.stages.linking import account_of
from sandbox.demo.synth import synthesise
from sandbox.demo.system import System
from sandbox.seed import seed
from sandbox.world.people import Person

SOURCE_RUPIAH = 10**12
GOPAY_KNOWS_AFTER = 5
"""Seconds before its stand-in knows of a transfer; our own patience is as much shorter here (``infra/config.py``)."""
WHOLE_ADDRESS = ("gopay",)
"""Providers that call back to exactly the address they were given; the others put a path of their own behind it."""
WORKERS = 2
"""Warm workers of each function."""


def bring_up(system: System, show: Show, offset_seconds: int) -> Admin:
    """Templates, stacks, warm workers."""
    options = system.options
    with show.stage("synthesise the templates") as stage:
        stage.note("made anew" if synthesise(options) else "nothing has changed")
    with show.stage("deploy to the local cloud") as stage:
        stage.note(system.deploy())
    admin = Admin(options)
    admin.set_offset(offset_seconds)
    return admin


def furnish(admin: Admin, keys: Keys, outside: Outside, show: Show, options: Options, offset_seconds: int) -> None:
    """Secrets of outside parties, payment providers, catalogue and partners, operators; then warm functions."""
    with show.stage("secrets, catalogue, operators") as stage:
        admin.put_secret("registry_secret", keys.registry_key)
        admin.put_secret("face_secret", keys.face_key)
        admin.put_secret("snap_secret", json.dumps(keys.payments))
        for provider, credentials in keys.payments.items():
            _open_provider(outside, provider.lower(), credentials, options.base_url)
            outside.configure_payments(provider.lower(), end_of_day="")  # or who plays at 23:00 waits until 01:00
        outside.configure_payments("gopay", inquiry_delay_seconds=GOPAY_KNOWS_AFTER)
        outside.mend_payments()
        admin.put_secret("snap_callback_secret", json.dumps(outside.callback_keys(keys.payments)))
        platform, ring = admin.platform(offset_seconds), admin.key_ring()
        fresh = seed(platform, ring)
        keys.remember_partners(fresh)
        for client_code in IN_USE:
            if client_code not in keys.partners:  # its key was shown to a run that did not live to write it down
                keys.remember_partners({client_code: add_sign_key(platform, ring, client_code=client_code)[1]})
        for name, roles in OPERATORS.items():
            admin.create_operator(name, keys.password(name), roles)
        stage.note(f"{len(keys.partners)} partners, {len(OPERATORS)} operators")
    with show.stage("warm the functions") as stage:
        stage.note(f"{len(warm_functions(options.cloud, WORKERS))} workers")


def introduce(outside: Outside, players: Sequence[Person], others: Sequence[Person]) -> None:
    """Let the registry know all, and the payment providers those who will repeat the journey by hand."""
    outside.register([*players, *others])
    outside.open_accounts([account_of(person, provider) for person in others for provider in PROVIDERS])


def _open_provider(outside: Outside, provider: str, credentials: dict[str, str], base_url: str) -> None:
    outside.add_payment_client(
        provider=provider,
        client_id=credentials["client_id"],
        client_secret=credentials["client_secret"],
        public_key=public_key(credentials["private_key"]),
        source_account=credentials["source_account"],
        callback_url=f"{base_url}/callbacks/snap/{provider}{'/notify' if provider in WHOLE_ADDRESS else ''}",
    )
    outside.open_accounts(
        [
            {
                "provider": provider,
                "number": credentials["source_account"],
                "name": "MANAJEMEN PELAKSANA",
                "balance": SOURCE_RUPIAH,
            }
        ]
    )
