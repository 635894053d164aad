"""`./qihang COMMAND`: finds the command's module, sees that what it needs is there, runs it, words what went wrong.

Nothing heavy is imported before a command asks for it. Exit codes: 0 done, 1 a refusal that the user can mend (one
Chinese line on stderr), 2 wrong usage. A bug's traceback goes to a file that the one line names.
"""

import importlib
import os
import sys
import sysconfig
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from qihang.foundation.core.commands import Needs, WrongUsage
from qihang.launcher.failures import explain
from qihang.launcher.usage import ChineseParser


@dataclass(frozen=True)
class Command:
    """One line of the command table. A `raw` command takes its arguments as they stand, for another program."""

    summary: str
    module: str
    needs: Needs = Needs.DATABASE
    raw: bool = False


COMMANDS = {
    "up": Command("启动整个系统：数据库、任务进程与网站", "qihang.launcher.up", Needs.NOTHING),
    "test": Command("全部检查与测试；带参数时只运行 pytest", "qihang.launcher.checks", Needs.NOTHING, raw=True),
    "manage": Command("Django 自带的管理命令，如 manage shell", "qihang.launcher.manage", Needs.SERVER, raw=True),
    "identity": Command(
        "核对身份证号码与统一社会信用代码", "qihang.registry.reference.commands.identity", Needs.NOTHING
    ),
    "occupation": Command(
        "按口语的工种名称查职业分类", "qihang.registry.reference.commands.occupation", Needs.NOTHING
    ),
    "decide": Command("按规则判定待遇资格，逐条说明", "qihang.registry.policy.commands.decide"),
    "replay": Command("重算已存的判定；换参数就是假设测算", "qihang.registry.policy.commands.replay"),
    "indicators": Command("按指标定义计算全部数字", "qihang.oversight.indicators.commands", Needs.NOTHING),
    "demo": Command("造一个示范省，供试用和测量", "qihang.demo.commands"),
    "export": Command("导出给别人重算、核对的文件", "qihang.exchange.commands"),
    "import": Command("核对、导入花名册等成批表格", "qihang.foundation.imports.commands"),
    "verify": Command("重算审计链与已存的判定，说出哪里对不上", "qihang.launcher.verify"),
    "bench": Command("和同类做法放在一起测速度，给出倍数", "qihang.launcher.bench", Needs.NOTHING),
    "lock": Command("重新计算依赖锁定文件（维护者用）", "qihang.launcher.locking", Needs.NOTHING),
}


def main(arguments: list[str]) -> int:
    """Run one command line and give its exit code."""
    _open_closed_streams()
    if not Path(sysconfig.get_path("purelib")).is_dir():
        return _refuse("这个 .venv 是用另一个版本的 Python 建立的；请删除 .venv 后再运行一次。")
    try:
        code = _dispatch(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader of our output has gone, as in `… | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _refuse("已中断。")
    except WrongUsage as wrong:
        return _refuse(wrong.message, code=2)
    except Exception as error:
        return _refuse(explain(error))


def _open_closed_streams() -> None:
    """A caller may have closed standard input or output; reads then find nothing, and writes go nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _dispatch(arguments: list[str]) -> int:
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(_overview())
        return 0 if arguments else 2
    name, *rest = arguments
    command = COMMANDS.get(name)
    if command is None:
        print(f"qihang：没有“{name}”这个命令；./qihang -h 列出全部命令。", file=sys.stderr)
        return 2
    module = importlib.import_module(command.module)
    parser = ChineseParser(prog=f"qihang {name}", description=module.__doc__ and command.summary)
    module.add_arguments(parser)
    options = _raw_options(parser, rest) if command.raw else parser.parse_args(rest)
    return _run(module, command, options)


def _raw_options(parser: ChineseParser, rest: list[str]) -> Namespace:
    if rest[:1] in (["-h"], ["--help"]):
        parser.parse_args(rest)
    return Namespace(arguments=rest)


def _run(module: ModuleType, command: Command, options: Namespace) -> int:
    from qihang.launcher.readiness import provided

    if check := getattr(module, "check", None):
        check(options)
    choose = getattr(module, "needs", None)
    with provided(choose(options) if choose else command.needs):
        return int(module.run(options))


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = (f"  {name:<{width}}  {command.summary}" for name, command in COMMANDS.items())
    return "\n".join(("用法：./qihang 命令 [参数]", "", *lines, "", "./qihang 命令 -h 显示该命令的参数。"))


def _refuse(text: str, *, code: int = 1) -> int:
    sys.stdout.flush()
    print(f"qihang：{text}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
