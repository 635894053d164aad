"""How failures reach the person at the keyboard: one line, never a traceback."""

import errno
import os
import traceback
from datetime import datetime
from pathlib import Path

from qihang.config.settings.environment import data_home
from qihang.foundation.core.errors import DomainError

PROJECT_ROOT = Path(__file__).resolve().parents[3]

_OS_CAUSES = {
    errno.ENOSPC: "磁盘空间不足；请腾出空间后再运行一次。",
    errno.EDQUOT: "磁盘配额已用完；请腾出空间后再运行一次。",
    errno.EROFS: "磁盘是只读的；请用 QIHANG_HOME 指一个可以写入的数据目录。",
    errno.EACCES: "没有权限访问；请检查文件权限或换一个用户。",
    errno.ENOENT: "文件或目录不存在；请检查路径。",
    errno.EISDIR: "这是一个目录，需要的是文件；请检查路径。",
}


def explain(error: Exception) -> str:
    """The line for any failure: a refusal's own words, the system's reason, or where a bug's traceback was written."""
    if isinstance(error, DomainError):
        return str(error)
    return _explain_os_error(error) or f"程序出错，已停下；请把 {_record_bug(error)} 交给维护人员。"


def _explain_os_error(error: Exception) -> str | None:
    """The line for what the operating system refused, or None when the error is something else."""
    if not isinstance(error, OSError) or error.errno not in _OS_CAUSES:
        return None
    at = f"{error.filename}：" if error.filename else ""
    return f"{at}{_OS_CAUSES[error.errno]}"


def _record_bug(error: Exception) -> Path | str:
    """Append the traceback to a log that only its owner can read. Returns the file, or the error where none can be."""
    logs = data_home(PROJECT_ROOT) / "logs"
    try:
        logs.mkdir(parents=True, exist_ok=True)
        file = logs / "errors.log"
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as log:
            log.write(f"{datetime.now().astimezone().isoformat(timespec='seconds')}\n")
            log.writelines(traceback.format_exception(error))
    except OSError:
        return f"这条信息（{type(error).__name__}: {error}）"
    return file
