"""Before something that matters the owner proves again to be there: at the same address, and nothing typed is lost."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from qihang.foundation.accounts.enums import Method
from qihang.foundation.accounts.services import factors
from qihang.foundation.accounts.services.sign_in import confirm_password
from qihang.foundation.core.errors import DomainError
from qihang.web import ceremonies, sessions
from qihang.web.forms import PageForm
from qihang.web.refusals import show_refusal
from qihang.web.requests import account_of, client_of, passkey_site, show

V = TypeVar("V", bound=Callable[..., HttpResponse])

_PREFIX = "proof_"
_MARK = "proof_of"  # the method of the request that was interrupted


class ProofForm(PageForm):
    """A code where the account has a second factor, else the password."""

    proof_passkey = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-passkey-answer": True}))

    def __init__(self, data: Any = None, *, methods: frozenset[Method]) -> None:
        super().__init__(data)
        name, field = _code_field() if methods else _password_field()
        self.fields[name] = field

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(cleaned.values()) and not self.errors:
            raise forms.ValidationError("请填一项，让我们知道是您本人")
        return cleaned


def _code_field() -> tuple[str, forms.Field]:
    widget = forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"})
    hint = "手机验证器上的 6 位数，或者一个备用码"
    return "proof_code", forms.CharField(label="动态码", help_text=hint, required=False, widget=widget)


def _password_field() -> tuple[str, forms.Field]:
    widget = forms.PasswordInput(attrs={"autocomplete": "current-password"})
    return "proof_password", forms.CharField(label="您的密码", widget=widget)


def step_up(view: V) -> V:
    """Ask for a proof first, unless one was given in the last minutes. Not for uploads."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = None if sessions.recently_proved(request) else _ask(request)
        return answer or view(request, *args, **kwargs)

    return cast("V", guarded)


def _ask(request: HttpRequest) -> HttpResponse | None:
    """The page that asks; after a proof a redirect, or None where the interrupted form can go on."""
    methods = factors.factors_of(account_of(request))
    answered = _MARK in request.POST
    form = ProofForm(request.POST if answered else None, methods=methods)
    if answered and form.is_valid():
        try:
            _check(request, form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            sessions.proved(request)
            again = request.POST[_MARK] != "POST"
            return HttpResponseRedirect(request.get_full_path()) if again else None
    return show(
        request,
        "account/prove.html",
        {
            "form": form,
            "kept": _kept(request),
            "of": request.POST.get(_MARK, request.method),
            "passkey": Method.PASSKEY in methods and passkey_site(request).can_have_passkeys,
        },
    )


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """What the interrupted form held."""
    return [
        (name, str(value))
        for name, values in request.POST.lists()
        if not name.startswith(_PREFIX) and name != "csrfmiddlewaretoken"
        for value in values
    ]


def _check(request: HttpRequest, proof: dict[str, str]) -> None:
    user = account_of(request)
    if proof.get("proof_passkey"):
        ceremonies.prove(request, proof["proof_passkey"], user)
    elif "proof_code" in proof:
        factors.check_code(user=user, code=proof["proof_code"], client=client_of(request))
    else:
        confirm_password(user=user, password=proof["proof_password"], client=client_of(request))
