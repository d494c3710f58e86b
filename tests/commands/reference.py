"""The command reference, made from the command line: `python -m tests.commands.reference` writes docs/commands.md."""

from collections.abc import Iterator

import click

import cli
from tests.tree import ROOT

DOCUMENT = ROOT / "docs" / "commands.md"
MARK = "## Reference\n"
INTRODUCTION = """
The help of every verb, written by `python -m tests.commands.reference` and compared by a test.
"""


def commands(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every verb with its path, groups before what is in them, in the order of the lists of verbs."""
    context = click.Context(group, info_name=path[-1])
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))


def help_of(path: tuple[str, ...], command: click.Command) -> str:
    """Return a verb's help as a terminal of 100 columns shows it."""
    context = click.Context(command, info_name=" ".join(path), terminal_width=100, max_content_width=100)
    return command.get_help(context).strip()


def reference() -> str:
    """Return the part of the page that is made: everything from its mark on."""
    parts = [MARK + INTRODUCTION]
    for path, command in commands(cli.bihuan, ("bihuan",)):
        parts.append(f"### `{' '.join(path)}`\n\n```text\n{help_of(path, command)}\n```\n")
    return "\n".join(parts)


def written() -> tuple[str, str]:
    """Return the page as it is written: what people wrote, and the part that is made."""
    before, mark, after = DOCUMENT.read_text(encoding="utf-8").partition(MARK)
    return before, mark + after


if __name__ == "__main__":
    DOCUMENT.write_text(written()[0] + reference(), encoding="utf-8")
