"""Everything a signed-in person does: identity, waves, courses, account, incentives."""

from __future__ import annotations

from functions.participant_api import routes_identity, routes_learning, routes_payouts, routes_training, routes_waves
from prakerja.platform.http import Api

handler = Api(
    "participant",
    "Kartu Prakerja: peserta",
    "For people who sign up, join a wave, buy courses and are paid an incentive. Texts follow Accept-Language.",
    [
        routes_identity.router,
        routes_waves.router,
        routes_training.router,
        routes_learning.router,
        routes_payouts.router,
    ],
)
