"""The front page, how pages look, the gallery of components."""

from qihang.foundation.core.roles import Role
from tests.web.matrix.rows import EVERYONE, Row, anywhere, open_to_all

ROWS = [
    *open_to_all("home"),
    Row(url="set_size", who=anywhere(*EVERYONE), post={"size": "large"}),
    Row(url="kit", who=anywhere(Role.SYSTEM_ADMIN)),
    Row(url="kit_page", who=anywhere(Role.SYSTEM_ADMIN), args={"page": "parts"}),
]
