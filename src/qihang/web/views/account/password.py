"""Changing one's own password."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from qihang.foundation.accounts.models import Device
from qihang.foundation.accounts.services.passwords import change_password
from qihang.foundation.core.errors import DomainError
from qihang.web.navigation import actor_of
from qihang.web.refusals import show_refusal
from qihang.web.requests import account_of, show
from qihang.web.step_up import step_up
from qihang.web.views.account.forms import NewPasswordForm


@sensitive_post_parameters("password", "proof_password")
@step_up
def change(request: HttpRequest) -> HttpResponse:
    """A new password; all other devices are signed out."""
    form = NewPasswordForm(request.POST if "password" in request.POST else None)
    if form.is_valid():
        user = account_of(request)
        kept = request.session.session_key
        try:
            change_password(
                actor=actor_of(request), user=user, password=form.cleaned_data["password"], keep_session=kept
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            update_session_auth_hash(request, user)
            Device.objects.filter(session_key=kept).update(session_key=request.session.session_key)
            messages.success(request, "密码改好了。别的设备都已经退出，下次用新密码登录")
            return HttpResponseRedirect(reverse("account"))
    return show(request, "account/password.html", {"form": form})
