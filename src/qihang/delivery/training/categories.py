"""What the category on a place in a class is called."""

from qihang.registry.policy.rules.facts import NO_CATEGORY
from qihang.registry.reference.codes import find_code

_OUTSIDE = "名册上写的不在范围内"


def category_name(code: str) -> str:
    """The name of a place's category; that the roster named none, or one that no code stands for."""
    if not code:
        return "没有填"
    if code == NO_CATEGORY:
        return _OUTSIDE
    found = find_code("person_category", code)
    return found.name if found else code
