"""The documentation, and the programs that write its generated part."""

import infra  # noqa: F401 - puts our package on the path
