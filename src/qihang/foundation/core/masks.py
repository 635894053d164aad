"""What a person's data looks like when it is not revealed. The widths are a dated parameter (privacy.mask)."""

from collections.abc import Callable
from dataclasses import dataclass

from qihang.foundation.core.ports import Port


@dataclass(frozen=True, slots=True)
class MaskWidths:
    """How many characters stay readable. The strictest useful values stand in until the parameter is set."""

    id_head: int = 6
    id_tail: int = 2
    phone_tail: int = 4
    account_tail: int = 4
    full_name: bool = True


# registry.policy registers "widths": the value of privacy.mask in force today.
mask_settings: Port[Callable[[], MaskWidths]] = Port("mask_settings")


def mask(kind: str, text: str) -> str:
    """`text` as a page may show it without a log line. Kinds: name, identity, phone, account, address, text."""
    return _MASKS[kind](text, _widths())


def _widths() -> MaskWidths:
    return mask_settings.get("widths")() if "widths" in mask_settings else MaskWidths()


def _middle(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        return "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[len(text) - tail :]


def short_name(text: str) -> str:
    """A name as anybody may see it, whatever the widths in force: the first character alone."""
    return text[:1] + "*" * (len(text) - 1)


def _name(text: str, widths: MaskWidths) -> str:
    return text if widths.full_name else short_name(text)


def _phone(text: str, widths: MaskWidths) -> str:
    return _middle(text, 3 if len(text) >= 11 else 0, widths.phone_tail)


_MASKS: dict[str, Callable[[str, MaskWidths], str]] = {
    "name": _name,
    "identity": lambda text, widths: _middle(text, widths.id_head, widths.id_tail),
    "phone": _phone,
    "account": lambda text, widths: _middle(text, 0, widths.account_tail),
    "address": lambda text, widths: _middle(text, 6, 0),
    "text": lambda text, widths: "*" * min(len(text), 8),
}
