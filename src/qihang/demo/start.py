"""The demo as `./qihang up` asks for it: built on the first start, its log-ins told on every one."""

from qihang.demo.accounts import FIRST_MANAGER, demo_logins
from qihang.demo.build import build
from qihang.demo.progress import Printed
from qihang.foundation.core.errors import DomainError

# People and years of each size.
_SIZES = {"small": (600, 2), "province": (20_000, 5)}
_SEED = 2026


def is_there() -> bool:
    """Whether a demo was built here, by whichever command: its first institution's manager has a log-in."""
    return any(one.login == FIRST_MANAGER for one in demo_logins())


def build_demo(size: str) -> None:
    """All of it or, when it is cut short, nothing. DomainError where the installation is in use.

    Where `demo build` runs at the same time, its demo is waited for and taken.
    """
    people, years = _SIZES[size]
    try:
        build(people=people, years=years, seed=_SEED, say=Printed("示范数据："))
    except DomainError:
        if not is_there():
            raise


def logins() -> list[tuple[str, str, str]]:
    """(role, log-in, password) of the demo."""
    return [(one.role, one.login, one.password) for one in demo_logins()]
