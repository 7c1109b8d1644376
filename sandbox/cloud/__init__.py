"""The local cloud: an emulated AWS for one laptop, its front door, its deployer and the repairs that it needs.

`python -m sandbox.cloud start|deploy|workers|stop`; see README.md beside this file.
"""
