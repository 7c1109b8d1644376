"""The only files that know registration's items. A store answers parts; services commit them."""
