"""Whether a port of this machine is free, asked before long work."""

from __future__ import annotations

import socket

from xinqiao.core.problem import refuse

HOST = "127.0.0.1"


def check_port(port: int, other: int) -> int:
    """The port, or a free one for 0.

    Raises XinqiaoError (port-taken) where somebody listens already; `other` is proposed instead.
    """
    with socket.socket() as probe:
        # As servers do it: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise refuse("port-taken", port=port, other=other) from None
        return int(probe.getsockname()[1])
