"""What a password must be (AUTH_PASSWORD_VALIDATORS), in words that say what to do."""

import re
from itertools import pairwise

from django.contrib.auth.password_validation import CommonPasswordValidator, validate_password
from django.core.exceptions import ValidationError

from qihang.foundation.accounts.models import User
from qihang.foundation.core.errors import DomainError

# Runs along a keyboard row or through the alphabet.
_RUNS = ("01234567890", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_RUN_SHARE = 0.6
_SHORTEST_PART = 4
_FEWEST_SIGNS = 3


class LongEnough:
    """Length before trickery: ten characters need no capital letters or signs."""

    def __init__(self, least: int = 10) -> None:
        self.least = least

    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) < self.least:
            raise ValidationError(f"密码至少 {self.least} 位，现在是 {len(password)} 位", code="short")

    def get_help_text(self) -> str:
        return f"至少 {self.least} 位。几个字的拼音连起来，加上几个数字，就好记又难猜"


class NotCommon:
    """Not what everyone tries first: the usual list, one character repeated, a walk along the keyboard."""

    def __init__(self) -> None:
        self._listed = CommonPasswordValidator()

    def validate(self, password: str, user: User | None = None) -> None:
        text = password.lower()
        if len(set(text)) <= _FEWEST_SIGNS or self._is_listed(text) or _runs(text):
            raise ValidationError("这个密码太常见，别人一猜就中。请换一个", code="common")

    def _is_listed(self, text: str) -> bool:
        """Whether the list has it, also when all that was added are some digits and signs."""
        letters = re.sub(r"[\W\d_]+", "", text)
        words = {text, letters} if 2 * len(letters) > len(text) else {text}
        return not words.isdisjoint(self._listed.passwords)

    def get_help_text(self) -> str:
        return ""


def _runs(text: str) -> bool:
    """Whether most of `text` walks along one row, up or down."""
    steps = list(pairwise(text))
    known = {step for row in _RUNS for way in (row, row[::-1]) for step in pairwise(way)}
    return bool(steps) and sum(step in known for step in steps) / len(steps) > _RUN_SHARE


class NotAboutMe:
    """Not one's login, phone or identity number, nor a long part of them."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None:
            return
        text = password.lower()
        for own in _own_words(user):
            if len(own) >= _SHORTEST_PART and own in text:
                raise ValidationError("密码里不要有您的登录名、手机号、身份证号或生日", code="own")

    def get_help_text(self) -> str:
        return ""


def _own_words(user: User) -> list[str]:
    number = user.identity_no.plain().lower() if user.identity_no else ""
    phone = user.phone.plain() if user.phone else ""
    birthday = number[6:14] if len(number) == 18 else ""
    return [user.login, phone, phone[-6:], number, number[-6:], birthday]


def check_password_rules(password: str, user: User) -> None:
    """DomainError naming the first rule that `password` breaks for `user` (which may be unsaved)."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise DomainError(str(error.messages[0]), code="password", field="password") from None
