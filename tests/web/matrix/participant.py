"""A person's own pages."""

from qihang.foundation.core.roles import Role
from tests.web.matrix.employment import place_in_class
from tests.web.matrix.rows import Row, anywhere, own, per_place

ROWS = [
    Row(url="my_home", who=anywhere(Role.PARTICIPANT)),
    Row(url="my_looks", who=anywhere(Role.PARTICIPANT)),
    Row(url="my_class_contact", who=own(Role.PARTICIPANT), args=per_place(place_in_class), post={}),
    Row(url="my_class", who=own(Role.PARTICIPANT), args=per_place(place_in_class)),
]
