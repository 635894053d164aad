"""Somebody at a desk: a browser without scripts, as far as the pages of an import need one."""

import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar
from uuid import uuid4

from tests.launcher.installation import PATIENCE

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_BATCH = re.compile(r"/imports/([0-9a-f-]{36})/$")


@dataclass(frozen=True)
class Answer:
    """What came back, redirects followed."""

    status: int
    url: str
    html: str

    @property
    def text(self) -> str:
        """The page without its markup."""
        return " ".join(re.sub(r"<[^>]*>", " ", self.html).split())


class Desk:
    """Keeps its cookies. OSError when nobody answers."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def sign_in(self, login: str, password: str) -> None:
        self._send("/sign-in/", self._form("/sign-in/", identifier=login, password=password))
        assert self.get("/imports/").url.endswith("/imports/")

    def get(self, path: str) -> Answer:
        return self._open(urllib.request.Request(self.address + path))

    def upload(self, target: str, name: str, content: bytes) -> str:
        """Send a roster for the class `target`; the opaque id of its import."""
        path = f"/imports/new/roster/{target}/"
        answer = self._send(path, self._form(path, sheet=""), (name, content))
        found = _BATCH.search(answer.url)
        assert found, f"{answer.status}: {answer.text}"
        return found[1]

    def page(self, batch: str) -> Answer:
        """The page of an import."""
        return self.get(f"/imports/{batch}/")

    def press(self, batch: str, button: str, **fields: str) -> Answer:
        """Press a button on that page, by the last word of its address."""
        return self._send(f"/imports/{batch}/{button}/", self._form(f"/imports/{batch}/", **fields))

    def _form(self, path: str, **fields: str) -> dict[str, str]:
        page = self.get(path)
        token = _TOKEN.search(page.html)
        assert token, f"{page.status}: {page.text}"
        return {"csrfmiddlewaretoken": token[1], **fields}

    def _send(self, path: str, fields: dict[str, str], file: tuple[str, bytes] | None = None) -> Answer:
        edge = uuid4().hex
        parts = [f'name="{key}"\r\n\r\n{value}'.encode() for key, value in fields.items()]
        if file is not None:
            parts.append(f'name="file"; filename="{file[0]}"\r\nContent-Type: text/csv\r\n\r\n'.encode() + file[1])
        start = f"--{edge}\r\nContent-Disposition: form-data; ".encode()
        body = b"".join(start + part + b"\r\n" for part in parts) + f"--{edge}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self._open(urllib.request.Request(self.address + path, body, headers))

    def _open(self, request: urllib.request.Request) -> Answer:
        try:
            answer = self._opener.open(request, timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return Answer(answer.status, answer.url, answer.read().decode())
