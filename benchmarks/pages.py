"""Every list of every role with 100,000 people behind it, and one list of 50 rows beside a bare one, in one run.

The demo's province is built, each of its log-ins opens every page of its menu and what the first rows lead to, again and
again; the 95th percentile of the server's time is held against the budget of 150 ms. The ratio is of one list of 50
rows, the trainees' work as an institution's clerk sees it (signed in, within scope, names masked, filters, the whole
layout), to Django's own ListView of 50 rows of the same table as plain cells, without sign-in, scope or masks.

Run it with `./qihang bench pages [people]`.
"""

import re
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.views.generic import ListView

from benchmarks.databases import copied, prepared
from qihang.delivery.training.models import Enrolment
from qihang.demo.accounts import demo_logins
from qihang.demo.build import build
from qihang.foundation.accounts.models import User

PEOPLE, YEARS, SEED = 100_000, 5, 2026
BUDGET_MS = 150
_ROUNDS = 7
_ROWS_FOLLOWED = 2
_LINK = re.compile(r'<a\b[^>]*\shref="(/[^"#?]*)"')
_LIST = "work_trainees"  # 50 rows a page
_CLERK = "xx001"
# Signing out, files and other people's languages are no pages to time.
_SKIPPED = re.compile(r"/(accounts/logout|static|files|healthz)|\.(pdf|xlsx|csv|ics)$|/download/")


class BareList(ListView[Enrolment]):
    """The least that shows 50 of these rows."""

    paginate_by = 50
    queryset = Enrolment.objects.filter(state="completed").select_related("person", "training_class").order_by("-pk")

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        return HttpResponse(_BARE.render(context))


_BARE = engines["django"].from_string(
    "<table>{% for row in page_obj %}<tr><td>{{ row.public_id }}</td><td>{{ row.training_class.name }}</td>"
    "<td>{{ row.state }}</td><td>{{ row.completed_on }}</td></tr>{% endfor %}</table>{{ paginator.count }}"
)


def run(people: int = PEOPLE) -> dict[str, Any]:
    """Build the province once; then all pages of all log-ins, and the two lists."""
    with prepared(lambda: build(people=people, years=YEARS, seed=SEED)) as built, copied():
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        pages = [page for login in demo_logins() for page in _pages_of(login.login)]
        ours = _median(_open(_CLERK, reverse(_LIST)))
        theirs = _median(_bare)
    times = [moment for page in pages for moment in page["ms"]]
    slowest = sorted(pages, key=lambda page: -statistics.median(page["ms"]))[:8]
    return {
        "name": "pages",
        "people": built.people,
        "classes": built.classes,
        "pages": len(pages),
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
        "budget_ms": BUDGET_MS,
        "over_budget": sum(statistics.median(page["ms"]) > BUDGET_MS for page in pages),
        "slowest": [{**page, "ms": round(statistics.median(page["ms"]), 1)} for page in slowest],
        "list_ms": round(ours, 1),
        "bare_list_ms": round(theirs, 1),
        "ratio_to_bare": round(ours / theirs, 2),
    }


def _pages_of(login: str) -> Iterator[dict[str, Any]]:
    """Each page that a log-in reaches in two steps from where it begins, with its times."""
    client = _client(login)
    home = client.get("/", follow=True)
    seen = set()
    for address in dict.fromkeys([home.request["PATH_INFO"], *_links(home)]):
        page = _timed_page(client, login, address, seen)
        if page is None:
            continue
        yield page
        inner = [link for link in _links(client.get(address)) if link.startswith(address) and link != address]
        for link in inner[:_ROWS_FOLLOWED]:
            if below := _timed_page(client, login, link, seen):
                yield below


def _timed_page(client: Client, login: str, address: str, seen: set[str]) -> dict[str, Any] | None:
    if address in seen or _SKIPPED.search(address):
        return None
    seen.add(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    if answer.status_code != 200 or answer.streaming:
        return None
    return {"login": login, "address": address, "queries": len(queries), "ms": _times(lambda: client.get(address))}


def _client(login: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(login=login))
    return client


def _links(answer: Any) -> list[str]:
    return _LINK.findall(answer.content.decode())


def _open(login: str, address: str) -> Callable[[], Any]:
    client = _client(login)
    if client.get(address).status_code != 200:
        raise AssertionError(f"{login} cannot open {address}")
    return lambda: client.get(address)


def _bare() -> HttpResponse:
    request: HttpRequest = RequestFactory().get("/")
    answer: HttpResponse = BareList.as_view()(request)
    return answer


def _times(work: Callable[[], Any]) -> list[float]:
    """Milliseconds of each round, the first left out: it fills caches that a running server has."""
    found = []
    for _ in range(_ROUNDS + 1):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return found[1:]


def _median(work: Callable[[], Any]) -> float:
    return statistics.median(_times(work))


def table(result: dict[str, Any]) -> str:
    """The result for a person to read."""
    lines = [
        f"{result['pages']} pages of all log-ins with {result['people']:,} people in {result['classes']:,} classes",
        f"  server time: median {result['p50_ms']} ms, 95th percentile {result['p95_ms']} ms"
        f" (budget {result['budget_ms']} ms), {result['over_budget']} pages over it",
    ]
    lines += [
        f"  {page['ms']:>8} ms {page['queries']:>4} queries  {page['login']:<16}{page['address']}"
        for page in result["slowest"]
    ]
    lines.append(
        f"  a list of 50 rows: {result['list_ms']} ms, {result['ratio_to_bare']} x a bare list"
        f" ({result['bare_list_ms']} ms)"
    )
    return "\n".join(lines)
