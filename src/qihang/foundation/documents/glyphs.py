"""Whether what is to be printed can be: a name must never come out with a box in it."""

import functools
from collections.abc import Iterator, Mapping
from typing import Any

from PIL import ImageFont

from qihang.foundation.core.errors import DomainError

EVERYDAY_FONTS = 2  # the serif and the sans of the first font package
_PROBE_SIZE = 16
_NOWHERE = "\U0010fffe"  # a code that is no character: every font shows its box for it


class Unprintable(DomainError):
    """A text holds characters that none of the fonts has. `characters` are those."""

    def __init__(self, characters: str) -> None:
        codes = "、".join(f"{char}（U+{ord(char):04X}）" for char in characters)
        super().__init__(
            f"字库里没有这几个字，印出来会是空框：{codes}。请对照身份证改成标准字，改不了的请联系系统管理员补字库",
            code="unprintable",
        )
        self.characters = characters


def require_printable(data: Any) -> None:
    """Unprintable when a text within the JSON `data` holds a character without a glyph."""
    missing = {char for text in _texts(data) for char in text if not _printable(char)}
    if missing:
        raise Unprintable("".join(sorted(missing)))


def has_rare(text: str) -> bool:
    """Whether the everyday fonts lack a character of `text`, so that the font of all characters must set it."""
    return any(not char.isspace() and not _in_everyday_fonts(char) for char in text)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _texts(item)


@functools.cache
def _printable(char: str) -> bool:
    return char.isspace() or any(_drawn(font, char) != box for font, box in _faces())


@functools.cache
def _in_everyday_fonts(char: str) -> bool:
    return all(_drawn(face, char) != box for face, box in _faces()[:EVERYDAY_FONTS])


@functools.cache
def _faces() -> list[tuple[ImageFont.FreeTypeFont, bytes]]:
    from qihang.foundation.documents.typesetting import font_files

    faces = [ImageFont.truetype(str(path), _PROBE_SIZE) for path in font_files()]
    return [(face, _drawn(face, _NOWHERE)) for face in faces]


def _drawn(face: ImageFont.FreeTypeFont, char: str) -> bytes:
    mask = face.getmask(char)
    return repr(mask.size).encode() + bytes(mask)
