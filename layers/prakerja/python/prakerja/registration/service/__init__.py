"""The commands of registration. Each reads load → decide → commit → announce."""
