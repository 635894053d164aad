"""argparse in Chinese."""

import re
import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

_ERRORS = (
    (r"the following arguments are required: (.+)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.+)", r"不认识的参数：\1"),
    (r"argument (.+): invalid choice: (.+) \(choose from (.+)\)", r"\1 不能是 \2，只能是：\3"),
    (r"argument (.+): invalid \w+ value: (.+)", r"\1 的值 \2 不对"),
    (r"argument (.+): expected .*argument.*", r"\1 后面缺少值"),
    (r"argument (.+): not allowed with argument (.+)", r"\1 与 \2 不能同时使用"),
    (r"one of the arguments (.+) is required", r"须给出其中一个：\1"),
    (r"argument (.+): (.+)", r"\1：\2"),
)


class ChineseParser(ArgumentParser):
    """An ArgumentParser whose help and errors are Chinese. Sub-parsers made from it are too. Errors exit with 2."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"add_help": False, "allow_abbrev": False, **settings})
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def format_usage(self) -> str:
        """The one-line usage."""
        return super().format_usage().replace("usage:", "用法：", 1)

    def format_help(self) -> str:
        """The whole help."""
        return super().format_help().replace("usage:", "用法：", 1)

    def error(self, message: str) -> NoReturn:
        """Say in Chinese what is wrong with the arguments and exit with 2."""
        for pattern, chinese in _ERRORS:
            if re.fullmatch(pattern, message):
                message = re.sub(pattern, chinese, message)
                break
        self.print_usage(sys.stderr)
        self.exit(2, f"qihang：{message}\n")
