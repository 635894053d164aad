"""Who acts in the journey: one browser a person, one clock for all, and a worker for what the server puts off."""

import datetime as dt
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, Locator, Page, expect

from qihang.foundation.jobs.enums import JobState
from qihang.foundation.jobs.models import Job
from qihang.foundation.jobs.services import run_now
from tests.web.browser import DESKTOP, PHONE, Viewport, Visitor, assert_no_side_scroll

PASSWORD = "haikou-journey-2026"


@dataclass
class Person:
    """Somebody at their browser. They know no addresses: they read and press what the page offers."""

    page: Page
    name: str
    login: str = ""

    def press(self, name: str | re.Pattern[str], *, exact: bool = False) -> None:
        """The button or link of that name in the page itself, the first that is to be seen."""
        main = self.page.locator("main")
        both = main.get_by_role("button", name=name, exact=exact).or_(main.get_by_role("link", name=name, exact=exact))
        both.locator("visible=true").first.click()
        self.page.wait_for_load_state()

    def menu(self, name: str) -> None:
        """An entry of the menus around the page."""
        self.page.locator("nav").get_by_role("link", name=re.compile(f"^{name}")).first.click()
        self.page.wait_for_load_state()

    def fill(self, **values: str | FilePayload) -> None:
        """Fields by their names; a button of choice by its value."""
        for name, value in values.items():
            control = self.page.locator(f"main [name={name}]:not([type=hidden])")
            kind = control.first.evaluate("control => control.type")
            if kind == "radio":
                self.page.locator(f"main [name={name}][value='{value}']").check(force=True)
            elif kind == "checkbox":
                control.first.check(force=True)
            elif kind == "file":
                control.first.set_input_files(value)  # type: ignore[arg-type]
            elif kind == "select-one":
                control.first.select_option(str(value))
            else:
                control.locator("visible=true").first.fill(str(value))

    def sees(self, *words: str) -> None:
        for one in words:
            expect(self.page.locator("main")).to_contain_text(one)

    def sees_not(self, *words: str) -> None:
        for one in words:
            expect(self.page.locator("main")).not_to_contain_text(one)

    def row(self, name: str) -> Locator:
        """The row of a table in which the name stands."""
        return self.page.locator("main tr", has_text=name).first


@dataclass
class Stage:
    """All of them, and the day on which they act."""

    visit: Visitor
    patch: pytest.MonkeyPatch
    people: dict[str, Person] = field(default_factory=dict)

    def on(self, day: dt.date) -> None:
        """Let it be that day, also for the server's own threads; whoever acts from now on signs in first."""
        days = (day - timezone.localtime(timezone.now()).date()).days
        self.patch.setenv("QIHANG_CLOCK_SHIFT_DAYS", str(days))

    def comes_by(self, link: str, name: str, login: str, *, identity: str = "") -> Person:
        """Take the role that a one-time link offers, with a new account."""
        person = self.people[login] = Person(self.visit(urlsplit(link).path, viewport=DESKTOP), name, login)
        wanted = {"name": name, "login": login, "password": PASSWORD}
        person.fill(**wanted, **({"identity_no": identity} if identity else {}))
        person.press("接受，开始用")
        person.sees("您现在是")
        return person

    def comes(self, login: str, viewport: Viewport = DESKTOP) -> Person:
        """Sign in from the front page; the menu says where one's work is."""
        person = self.people.setdefault(login, Person(self.visit("/", viewport=viewport), login, login))
        person.page.context.clear_cookies()
        person.page.goto(self.visit.address)
        person.press("登录")
        person.fill(identifier=login, password=PASSWORD)
        person.press("登录", exact=True)
        if viewport is PHONE:
            assert_no_side_scroll(person.page)
        return person

    def work_off(self) -> None:
        """What the worker of an installation does all the time."""
        while job := Job.objects.filter(state=JobState.QUEUED).order_by("pk").first():
            assert run_now(job).state == JobState.DONE
