"""The outside world on one port: civil registry, face check, SMS, e-mail, randomness beacon and payment providers.

Each stand-in keeps books of its own, shares no code with the system that it judges, and misbehaves on demand.
"""
