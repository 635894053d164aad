"""Pictures are drawn anew before they are kept: upright, no larger than needed, and without what cameras add."""

import io
import warnings
from typing import BinaryIO

from PIL import Image, ImageOps

from qihang.foundation.core.errors import DomainError
from qihang.foundation.documents.enums import FileKind

MAX_PIXELS = 100_000_000
_FORMATS = {FileKind.JPEG: "JPEG", FileKind.PNG: "PNG", FileKind.WEBP: "WEBP"}
_QUALITY = 88


def redraw(stream: BinaryIO, kind: FileKind, max_side: int) -> io.BytesIO:
    """The picture as a fresh file of the same kind. DomainError for one that is damaged or absurdly large.

    Place, time and camera (EXIF) are left behind; so is anything hidden behind the picture's end.
    """
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of damaged EXIF, which is left behind anyway
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(stream, formats=[_FORMATS[kind]]) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise Image.DecompressionBombError
                return _save(_drawn(picture, kind, max_side), kind)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise DomainError("这张图太大了，请用手机拍照的普通大小再传", code="file.too_large") from fault
    except (OSError, SyntaxError, ValueError) as fault:
        raise DomainError("这张图打不开，可能没传完。请重新拍一张或再传一次", code="file.damaged") from fault


def _drawn(picture: Image.Image, kind: FileKind, max_side: int) -> Image.Image:
    picture.draft(picture.mode, (max_side, max_side))  # lets a large photograph be read at a lower resolution
    upright = ImageOps.exif_transpose(picture)
    if upright.mode.startswith("I"):  # sixteen bits of grey: converting them cuts all that is brighter than 255
        upright = upright.convert("I").point(lambda value: value / 256).convert("L")
    see_through = upright.has_transparency_data
    plain = upright.convert("RGBA" if see_through and kind != FileKind.JPEG else "RGB")
    plain.thumbnail((max_side, max_side))
    plain.info.clear()  # a comment within a JPEG would be written again
    return plain


def _save(picture: Image.Image, kind: FileKind) -> io.BytesIO:
    target = io.BytesIO()
    options = {} if kind == FileKind.PNG else {"quality": _QUALITY}
    picture.save(target, format=_FORMATS[kind], **options)
    target.seek(0)
    return target
