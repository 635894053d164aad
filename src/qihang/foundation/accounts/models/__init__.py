from qihang.foundation.accounts.models.codes import EntryCode, OneTimeCode, ResetLink
from qihang.foundation.accounts.models.entrance import Device, SignInLog, Throttle
from qihang.foundation.accounts.models.factors import Passkey, PasskeyUse, RecoveryCode, SpentStep, Totp
from qihang.foundation.accounts.models.user import User, UserManager

__all__ = [
    "Device",
    "EntryCode",
    "OneTimeCode",
    "Passkey",
    "PasskeyUse",
    "RecoveryCode",
    "ResetLink",
    "SignInLog",
    "SpentStep",
    "Throttle",
    "Totp",
    "User",
    "UserManager",
]
