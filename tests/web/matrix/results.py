"""Results."""

from qihang.web.views.results.roles import READERS
from tests.web.matrix.rows import Row, anywhere

ROWS = [
    Row(url="results", who=anywhere(*READERS)),
    Row(url="results_refresh", who=anywhere(*READERS), post={}),
    # Without a figure there is nothing to open, for readers neither; with one it is held in tests/web/results.
    Row(url="results_cases", who=dict.fromkeys(READERS, frozenset())),
]
