"""Gateways to phone networks and mail servers. Which one a channel uses is a setting (NOTIFICATION_GATEWAYS)."""

from typing import Protocol

from qihang.foundation.core.ports import Port


class GatewayError(Exception):
    """The text did not get out now; it may later."""


class Gateway(Protocol):
    """Sends one text."""

    def send(self, *, channel: str, target: str, subject: str, text: str) -> str:
        """Hand the text over; returns the gateway's receipt. GatewayError when it did not take it."""


gateways: Port[Gateway] = Port("gateways")
