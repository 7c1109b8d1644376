"""Commands of partners: register and change them, rotate their keys, suspend and resume them, find out who is calling."""
