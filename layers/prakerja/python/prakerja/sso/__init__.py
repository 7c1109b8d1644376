""" "Log in with Prakerja": what a person lets a partner read of them, the codes and tokens by which it does."""

from prakerja.sso.model import Asked, Grant, Profile, Scope, Wish

__all__ = ["Asked", "Grant", "Profile", "Scope", "Wish"]
