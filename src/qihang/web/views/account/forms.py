"""What people type at the door and about their own account."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts

from qihang.foundation.accounts.models.user import LOGIN_RULE
from qihang.foundation.notifications.enums import CHOOSABLE, EXTRA_CHANNELS, Channel, Kind
from qihang.web.forms import IdentityInput, PageForm


def _text(**attrs: Any) -> forms.TextInput:
    return forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", **attrs})


def _password(autocomplete: str) -> forms.PasswordInput:
    return forms.PasswordInput(attrs={"autocomplete": autocomplete, "data-password": True})


class LoginField(forms.CharField):
    """A login to be chosen."""

    def __init__(self) -> None:
        widget = _text(autocomplete="username")
        super().__init__(label="起一个登录名", help_text=LOGIN_RULE, widget=widget, max_length=60)


class CodeField(forms.CharField):
    """A code from a message: digits, however they are grouped."""

    def __init__(self, *, label: str, help_text: str = "") -> None:
        widget = _text(inputmode="numeric", autocomplete="one-time-code")
        super().__init__(label=label, help_text=help_text, widget=widget, max_length=20)


class NewPasswordField(forms.CharField):
    """A password to be chosen, with the rules said beforehand."""

    def __init__(self, label: str = "新密码") -> None:
        hint = "；".join(text for text in password_validators_help_texts() if text)
        super().__init__(label=label, help_text=hint, widget=_password("new-password"), strip=False)


class PhoneField(forms.CharField):
    def __init__(self, label: str = "手机号", help_text: str = "") -> None:
        widget = _text(inputmode="tel", autocomplete="tel")
        super().__init__(label=label, help_text=help_text, widget=widget, max_length=20)


class SignInForm(PageForm):
    identifier = forms.CharField(label="登录名或手机号", max_length=80, widget=_text(autocomplete="username webauthn"))
    password = forms.CharField(label="密码", strip=False, widget=_password("current-password"))


class SecondStepForm(PageForm):
    code = forms.CharField(
        label="动态码",
        help_text="手机验证器上的 6 位数。手机不在身边，填一个备用码",
        widget=_text(autocomplete="one-time-code"),
        max_length=20,
    )
    passkey = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-passkey-answer": True}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A passkey's answer stands in for the code.
        self.fields["code"].required = not self["passkey"].value()


class PasskeySignInForm(PageForm):
    passkey = forms.CharField(widget=forms.HiddenInput(attrs={"data-passkey-answer": True}))


class PhoneForm(PageForm):
    phone = PhoneField()


class OneTimeCodeForm(PageForm):
    code = CodeField(label="短信里的 6 位验证码")


class IdentifierForm(PageForm):
    identifier = forms.CharField(label="登录名或手机号", max_length=80, widget=_text(autocomplete="username"))


class ResetByCodeForm(PageForm):
    code = CodeField(label="短信里的 6 位验证码")
    password = NewPasswordField()


class NewPasswordForm(PageForm):
    password = NewPasswordField()


class CounterCodeForm(PageForm):
    code = CodeField(label="窗口代办码", help_text="单子上的 10 位数，空格不用填")


class ReturningForm(PageForm):
    """Somebody who has an account chooses a new password with their counter code."""

    password = NewPasswordField()


class NewcomerForm(ReturningForm):
    """Somebody without an account also chooses a login."""

    login = LoginField()
    field_order = ("login", "password")


class EmailForm(PageForm):
    email = forms.EmailField(
        label="电子邮箱",
        help_text="找回密码的链接会发到这里",
        required=False,
        error_messages={"invalid": "邮箱没看懂，请写成 name@example.com 这样"},
        widget=_text(inputmode="email", autocomplete="email"),
    )


class IdentityForm(PageForm):
    identity_no = forms.CharField(label="您的身份证号", help_text="登记后自己不能再改", widget=IdentityInput())


class PasskeyForm(PageForm):
    name = forms.CharField(label="给它起个名", help_text="比如“我的手机”“办公室电脑”", max_length=40, required=False)
    passkey = forms.CharField(widget=forms.HiddenInput(attrs={"data-passkey-answer": True}))


class TotpForm(PageForm):
    code = CodeField(label="验证器上的 6 位数")


class InvitationForm(PageForm):
    """Somebody without an account accepts a role."""

    name = forms.CharField(label="您的姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    identity_no = forms.CharField(
        label="您的身份证号",
        help_text="只用来看是不是自己教自己、自己审自己，加密存放",
        widget=IdentityInput(),
    )
    login = LoginField()
    password = NewPasswordField("设一个密码")

    def __init__(self, *args: Any, with_identity: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_identity:
            del self.fields["identity_no"]


class AcceptForm(PageForm):
    """Somebody who is signed in accepts a role."""

    identity_no = forms.CharField(
        label="您的身份证号",
        help_text="只用来看是不是自己教自己、自己审自己，加密存放",
        widget=IdentityInput(),
    )

    def __init__(self, *args: Any, with_identity: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_identity:
            del self.fields["identity_no"]


class NoticesForm(PageForm):
    """Which further channels somebody wants, for each kind of message."""

    def __init__(self, data: Any = None, *, wanted: dict[tuple[Kind, Channel], bool]) -> None:
        super().__init__(data)
        for kind in CHOOSABLE:
            self.fields[kind.value] = forms.MultipleChoiceField(
                label=kind.label,
                required=False,
                choices=[(channel.value, channel.label) for channel in EXTRA_CHANNELS],
                initial=[channel.value for channel in EXTRA_CHANNELS if wanted[kind, channel]],
                widget=forms.CheckboxSelectMultiple,
            )

    def chosen(self) -> set[tuple[Kind, Channel]]:
        """The pairs that stay on."""
        return {(kind, Channel(value)) for kind in CHOOSABLE for value in self.cleaned_data[kind.value]}
