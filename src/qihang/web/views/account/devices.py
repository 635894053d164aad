"""Where my account is signed in, and who tried to."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from qihang.foundation.accounts.models import SignInLog
from qihang.foundation.accounts.services import devices
from qihang.web.agents import device_name
from qihang.web.requests import account_of, show

_LINES = 20


def overview(request: HttpRequest) -> HttpResponse:
    """My signed-in devices, and the last tries to get in."""
    user = account_of(request)
    found = devices.devices_of(user)
    log = SignInLog.objects.filter(user_id=user.pk)[:_LINES]
    values = {
        "devices": [
            {"row": item, "name": device_name(item.agent), "here": item.session_key == request.session.session_key}
            for item in found
        ],
        "log": [{"row": line, "name": device_name(line.agent)} for line in log],
    }
    return show(request, "account/devices.html", values)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End one session, or all but this one."""
    user = account_of(request)
    device = request.POST.get("device", "")
    if device.isdigit():
        devices.sign_out_device(user=user, device_id=int(device))
        messages.success(request, "那台设备退出了")
    else:
        count = devices.sign_out_elsewhere(user=user, keep=request.session.session_key)
        messages.success(request, f"别处的 {count} 台设备都退出了" if count else "没有别的设备在登录")
    return HttpResponseRedirect(reverse("account_devices"))
