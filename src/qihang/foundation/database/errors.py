"""Why the embedded server cannot serve, in words for the person at the keyboard."""

import re
from pathlib import Path

from qihang.foundation.core.errors import DomainError


class DatabaseUnavailable(DomainError):
    """The database server does not start or cannot be used; the message says what to do."""


# What PostgreSQL prints -> what the person can do. The first that matches is told.
_CAUSES = (
    (r"no space left|disk quota exceeded", "磁盘空间不足；请在数据目录所在的磁盘上腾出空间后再运行一次"),
    (
        r"could not look up effective user id",
        "当前用户没有登记在 /etc/passwd，数据库无法启动；请换一个用户",
    ),
    (
        r"incompatible with server|was initialized by postgresql",
        "数据目录由另一大版本的 PostgreSQL 建立，不能直接使用",
    ),
    (
        r"permission denied|read-only file system",
        "没有写入数据目录的权限；请用建立它的用户运行，或用 QIHANG_HOME 换一个",
    ),
    (
        r"cannot allocate memory|could not map anonymous shared memory",
        "内存不足，数据库无法启动；请关闭其他程序再试",
    ),
    (
        r"could not create any unix-domain sockets",
        "无法建立本地套接字；请用 QIHANG_HOME 换一个本机磁盘上的目录",
    ),
)


def explain(output: str, log: Path | None) -> str:
    """One sentence for what initdb or the server printed, naming the log where there is one."""
    where = f"（详情：{log}）" if log else ""
    for pattern, sentence in _CAUSES:
        if re.search(pattern, output, re.IGNORECASE):
            return f"{sentence}。{where}"
    telling = [line.strip() for line in output.splitlines() if re.search(r"FATAL|PANIC|error", line)]
    last = telling[-1] if telling else "没有说明原因"
    return f"数据库没有启动成功：{last[:200]}。{where}"
