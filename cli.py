"""The command `bihuan`: every verb by name, loaded only when it is called, and every refusal told in one way."""

import sys
from importlib import import_module
from typing import Any

import click

from commands.usage import in_chinese, refuse, speak_chinese
from schemas.errors import Refused

speak_chinese()

# Each verb: where it is, and its line in the list; its own help is with it.
VERBS = {
    "up": ("commands.up:up", "启动引擎、工作进程和守护进程，直到 Ctrl-C。"),
    "demo": ("commands.demo:demo", "用合成数据演示完整的督办闭环。"),
    "doctor": ("commands.doctor:doctor", "检查版本、数据目录、记录库、引擎和待办积压。"),
    "roster": ("commands.roster:roster", "单位名册：导入单位和数据。"),
    "staff": ("commands.staff:staff", "人员名单：导入办公室人员和单位联系人。"),
    "policy": ("commands.policy:policy", "督办规则：检查规则文件，采用新的规则。"),
    "calendar": ("commands.calendar:calendar", "工作日历：查看和公布放假调休安排。"),
    "deadline": ("commands.deadline:deadline", "计算办理期限，逐日说明。"),
    "campaign": ("commands.campaign:campaign", "专项行动：发起、核查、确认下达、公布、撤回。"),
    "order": ("commands.order:order", "督办单：查看、签收、报送、审核、决定。"),
    "inbox": ("commands.inbox:inbox", "收件箱：查看发给某人的通知。"),
    "board": ("commands.board:board", "成效表：查看已公布的或目前的结果。"),
    "records": ("commands.records:records", "记录库：由事件重建当前数据，或核对是否一致。"),
}


class Doors(click.Group):
    """The verbs; none is imported before it is asked for, so that the list of them is there at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order in which an office meets them."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a verb."""
        del ctx
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name][0].partition(":")
        command = getattr(import_module(module), name)
        return in_chinese(command) if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs without loading them."""
        del ctx
        with formatter.section("命令"):
            formatter.write_dl([(name, text) for name, (_, text) in VERBS.items()])

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 - handed on as click gives it
    ) -> click.Context:
        """Read what stands before the verb; what is wrong with it is refused as `invoke` refuses."""
        as_json = "--json" in args
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.ClickException as error:
            refuse(error, as_json=as_json)

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb; an anticipated refusal is a sentence, a code and the exit code 2, never a traceback.

        So is a command that was typed wrongly, with the code `usage`.
        """
        as_json = "--json" in ctx.args
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            refuse(error, as_json=as_json)
        except Refused as refused:
            from commands.home import fail

            fail(refused, as_json=as_json)


@click.command(cls=Doors, help="闭环：志愿服务督办，从下工单、定工时到晒工效。", no_args_is_help=True)
@click.version_option(package_name="bihuan", message="bihuan %(version)s")
def bihuan() -> None:
    """The office's own command line."""


in_chinese(bihuan)


def main() -> None:
    """Run the command line; output is UTF-8 whatever the terminal says of itself."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    bihuan(prog_name="bihuan")
