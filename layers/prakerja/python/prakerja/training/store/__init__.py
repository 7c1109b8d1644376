"""The only files that know training's items. A store answers parts; services commit them."""
