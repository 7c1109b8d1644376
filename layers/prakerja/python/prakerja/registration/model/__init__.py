"""Pure decisions of registration: addresses, one-time-code challenges, sending limits, sessions. No I/O, no clock."""
