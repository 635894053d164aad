"""The form of a text message: one matter, no link, 70 characters at most with its sign."""

from django.conf import settings

SMS_LIMIT = 70


class TooLong(ValueError):
    """A text that would be cut in two. Its writer must shorten it."""


def sms_text(body: str, name: str = "") -> str:
    """The whole message: sign, the person's name where there is room, the body. TooLong if even without a name."""
    sign = f"【{settings.SITE.get('name', '启航')}】"
    for lead in (f"{name}：" if name else "", ""):
        text = f"{sign}{lead}{body}"
        if len(text) <= SMS_LIMIT:
            return text
    raise TooLong(f"{len(text)} characters, {SMS_LIMIT} allowed: {body[:20]}…")
