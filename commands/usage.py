"""How the command line talks about itself: click's own messages in Chinese, and how a wrongly typed command is refused.

Click looks up every message it shows under the names that its modules took from `gettext`. A catalogue found by the
locale would speak Chinese only where the terminal is set to it; an office's terminal may say anything, so the names
are given these words instead.
"""

from collections.abc import Iterator
from typing import Final, NoReturn

import click
import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.types

SPEAKING: Final = (click.core, click.decorators, click.exceptions, click.formatting, click.parser, click.types)
WORDS: Final = {
    "Aborted!": "已中止。",
    "deprecated": "已停用",
    "Missing command.": "缺少命令。",
    "required": "必填",
    "Options": "选项",
    "Positional arguments": "参数",
    "Commands": "命令",
    "Usage:": "用法：",
    "(dynamic)": "（自动）",
    "default: {default}": "默认 {default}",
    "env var: {var}": "环境变量 {var}",
    "Show this message and exit.": "显示本说明。",
    "Show the version and exit.": "显示版本号。",
    "%(prog)s, version %(version)s": "%(prog)s %(version)s",
    "Confirm the action without prompting.": "不再询问，直接办理。",
    "Do you want to continue?": "要继续吗？",
    "unknown error": "原因不明",
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "请用 {command} {option} 查看用法。",
    "Got unexpected extra argument ({args})": "多出了参数：{args}",
    "Value must be an iterable.": "应填写多个值。",
    "Takes {nargs} values but 1 was given.": "应填写 {nargs} 个值，个数不对",
    "Argument {name!r} takes {nargs} values.": "参数 {name} 应填写 {nargs} 个值。",
    "Option {name!r} does not take a value.": "选项 {name} 后面不带值。",
    "Option {name!r} requires an argument.": "选项 {name} 后面应有值。",
    "Invalid start character for option ({option})": "选项的开头写法不对：{option}",
    "Did you mean {possibility}?": "是不是 {possibilities}？",
    "No such option {name!r}.": "没有选项 {name}。",
    "No such command {name!r}.": "没有命令 {name}。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Missing parameter: {param_name}": "缺少参数：{param_name}",
    "Missing {param_type}": "缺少参数",
    "Invalid value: {message}": "填写有误：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 填写有误：{message}",
    "Could not open file {filename!r}: {message}": "打不开文件 {filename}：{message}",
    "file": "文件",
    "directory": "目录",
    "path": "路径",
    "Choose from:\n\t{choices}": "可填：{choices}",
    "Choice({choices})": "可填：{choices}",
    "{value!r} is not {choice}.": "“{value}”不能用，只能填 {choice}。",
    "{value!r} does not match the format {format}.": "“{value}”写法不对，应写作 {formats}。",
    "{value} is not in the range {range}.": "{value} 不在 {range} 的范围内。",
    "{value!r} is not a valid {number_type}.": "“{value}”不是数字。",
    "{value!r} is not a valid boolean. Recognized values: {states}": "“{value}”不是“是”或“否”，可填：{states}",
    "{value!r} is not a valid UUID.": "“{value}”不是 UUID。",
    "{len_type} values are required, but {len_value} was given.": "应填写 {len_type} 个值，现有 {len_value} 个。",
    "{name} {filename!r} does not exist.": "{name} {filename} 不存在。",
    "{name} {filename!r} is a file.": "{filename} 是文件，应为目录。",
    "{name} {filename!r} is a directory.": "{filename} 是目录，应为文件。",
    "{name} {filename!r} is not readable.": "{name} {filename} 不可读，请检查权限。",
    "{name} {filename!r} is not writable.": "{name} {filename} 不可写，请检查权限。",
    "{name} {filename!r} is not executable.": "{name} {filename} 不可执行，请检查权限。",
}
"""Click's messages by the English under which it looks them up; one with a plural stands under its singular."""

_VALUES: Final = {"integer": "整数", "integer range": "整数", "float": "数", "float range": "数", "text": "文字"}


def speak_chinese() -> None:
    """Give click these words, whatever the terminal's locale is; once is enough for a process."""
    for module in SPEAKING:
        known = vars(module)
        if "_" in known:
            known["_"] = _word
        if "ngettext" in known:
            known["ngettext"] = _counted


def _word(message: str) -> str:
    return WORDS.get(message, message)


def _counted(one: str, many: str, count: int) -> str:
    return WORDS.get(one, one if count == 1 else many)


def in_chinese(command: click.Command) -> click.Command:
    """Name in Chinese what a verb's usage line calls its options, values and files; returns the verb."""
    for each in _verbs(command):
        each.options_metavar = "[选项]"
        if isinstance(each, click.Group):
            each.subcommand_metavar = "命令 [参数]..."
        for one in each.params:
            if one.metavar is None:
                one.metavar = _value(one)
    return command


def _verbs(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from _verbs(each)


def _value(one: click.Parameter) -> str | None:
    if isinstance(one.type, click.Path):
        return "文件"
    return _VALUES.get(one.type.name) if isinstance(one, click.Option) else None


def refuse(error: click.ClickException, *, as_json: bool) -> NoReturn:
    """Say what is wrong with a command as it was typed, as every refusal is said; people see the usage line too.

    Raises:
        click.ClickException: the error itself where it only shows the help.

    """
    from commands.home import fail
    from schemas.errors import Refused

    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        raise error
    context = error.ctx if isinstance(error, click.UsageError) else None
    sentence = error.format_message().strip().removesuffix(".").replace("。 ", "。")
    if not sentence.endswith(("。", "？")):
        sentence += "。"
    if context is not None:
        sentence += f"请用 {context.command_path} --help 查看用法。"
        if not as_json:
            click.echo(context.get_usage(), err=True)
    fail(Refused("usage", sentence), as_json=as_json)
