"""Waves: opened and closed by the clock, joined by people, drawn in public, decreed by two operators."""

from prakerja.waves.messages import DecreeApproved, WaveDue, WaveScheduled
from prakerja.waves.model import Application, ApplicationState, Phase, Wave, WaveDraft, WaveState

__all__ = [
    "Application",
    "ApplicationState",
    "DecreeApproved",
    "Phase",
    "Wave",
    "WaveDraft",
    "WaveDue",
    "WaveScheduled",
    "WaveState",
]
