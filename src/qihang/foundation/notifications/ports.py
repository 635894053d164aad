"""Gateways to phone networks and mail servers, and where the thing of a message is seen.

Which gateway a channel uses is a setting (NOTIFICATION_GATEWAYS).
"""

from collections.abc import Callable
from typing import Any, Protocol

from qihang.foundation.core.ports import Port


class GatewayError(Exception):
    """The text did not get out now; it may later."""


class Gateway(Protocol):
    """Sends one text."""

    def send(self, *, channel: str, target: str, subject: str, text: str) -> str:
        """Hand the text over; returns the gateway's receipt. GatewayError when it did not take it."""


gateways: Port[Gateway] = Port("gateways")

# Model label -> the address of a thing's page. The pages register theirs; a message about it then leads there.
pages: Port[Callable[[Any], str]] = Port("pages")
