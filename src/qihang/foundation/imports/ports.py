"""What other apps bring to imports: kinds of files, and the two things that only higher floors know."""

import datetime as dt
from collections.abc import Callable, Sequence

from qihang.foundation.core.actors import Actor
from qihang.foundation.core.ports import Port
from qihang.foundation.imports.engine.kinds import ImportKind

# By the kind's key: what the app that owns the data knows about the file.
import_kinds: Port[ImportKind] = Port("import_kinds")

# "values": (region, empty for the whole province) -> (parameter key, day) -> its value, None where nobody has set it.
ValueLookup = Callable[[str, dt.date], object | None]
import_values: Port[Callable[[str], ValueLookup]] = Port("import_values")

# "login": (login, roles that would do) -> that user in one of these roles; raises DomainError where there is none.
import_actors: Port[Callable[[str, Sequence[str]], Actor]] = Port("import_actors")
