"""The commands of logging in with Prakerja. Each reads load → decide → commit → announce."""
