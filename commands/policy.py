"""`bihuan policy`: what is wrong with a rule set and what it decides, and its adoption by digest."""

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

import click
from rich.table import Column, Table

from activities.intake import adopt_policy
from commands.home import open_home
from commands.showing import page
from connectors.policies import PolicyFile, load, read
from rules.decision_table import DecisionRow, decision_table
from rules.policy import canonical_text, digest
from rules.policy_findings import findings
from schemas.adoption import Adoption
from schemas.policy import Policy

_COLUMNS = {"what": "项目", "when": "条件", "normal": "常规", "urgent": "紧急", "who": "对象", "then": "结果"}
_DONE = {
    Adoption.new: "已采用",
    Adoption.again: "此前采用过，后来被其他规则代替；现已重新采用，此后新下达的督办单按它办理",
    Adoption.unchanged: "此前已经采用，没有变化",
}
_FILE = click.Path(path_type=Path)


@click.group(help="督办规则：检查规则文件，采用新的规则。")
def policy() -> None:
    """The verbs on rule sets."""


@policy.command(help="检查规则文件：有问题逐条列出行号和原因（退出码 1），没有问题则列出决策表。")
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def check(file: Path, as_json: bool) -> None:
    """Print all that is wrong with a rule set, or else all that it decides."""
    found = read(file, check=findings)
    sound = found.policy if found.policy is not None and not found.problems else None
    if as_json:
        click.echo(json.dumps(_report(found, sound), ensure_ascii=False, indent=2))
    elif sound is None:
        _print_problems(file, found)
    else:
        _print_table(sound)
    if sound is None:
        raise click.exceptions.Exit(1)


@policy.command(help="采用规则文件：按摘要存入记录库，此后新下达的督办单可用；已下达的不受影响。")
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def adopt(file: Path, as_json: bool) -> None:
    """Store a sound rule set by its digest and make it the newest; the newest twice changes nothing."""
    rules = load(file, check=findings)
    name = digest(rules)
    with open_home() as home:
        came = adopt_policy(home.records, rules, canonical_text(rules), name)
    if as_json:
        adopted, again = came is not Adoption.unchanged, came is Adoption.again
        report = {"id": rules.id, "version": rules.version, "digest": name, "adopted": adopted, "again": again}
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    click.echo(f"{rules.title}\n{rules.id} 第 {rules.version} 版：{_DONE[came]}\n规则摘要 {name}")


def _report(found: PolicyFile, sound: Policy | None) -> dict[str, object]:
    return {
        "ok": sound is not None,
        "problems": [problem.model_dump(mode="json") for problem in found.problems],
        "digest": digest(sound) if sound else None,
        "table": [row.model_dump(mode="json") for row in decision_table(sound)] if sound else [],
    }


def _print_problems(file: Path, found: PolicyFile) -> None:
    click.echo(f"{file.name} 有 {len(found.problems)} 处问题：")
    for problem in found.problems:
        place = f"（{problem.field}）" if problem.field else ""
        click.echo(f"  第 {problem.line} 行{place}：{problem.sentence}")
    click.echo("改正后请再次运行 bihuan policy check。")


def _print_table(sound: Policy) -> None:
    console = page()
    console.print(f"{sound.title}\n{sound.id} 第 {sound.version} 版，{sound.office}", soft_wrap=True)
    for part, rows in groupby(decision_table(sound), key=lambda row: row.part):
        console.print(f"\n[bold]{part}[/bold]")
        console.print(_table(list(rows)))
    console.print(f"\n规则摘要 {digest(sound)}", soft_wrap=True)


def _table(rows: Iterable[DecisionRow]) -> Table:
    """A part's rows, without the columns that are empty in all of them."""
    cells = [row.model_dump() for row in rows]
    used = [name for name in _COLUMNS if any(row[name] for row in cells)]
    # Folded, never cut: a table that hides a word of a rule is no table of the rules.
    headers = (Column(_COLUMNS[name], overflow="fold") for name in used)
    table = Table(*headers, box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for row in cells:
        table.add_row(*(row[name] for name in used))
    return table
