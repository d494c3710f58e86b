"""`bihuan roster`: the units and their figures, from an office's own spreadsheet into the records."""

from pathlib import Path

import click

from commands.home import json_option


@click.group(help="单位名册：导入单位及其志愿服务数据。")
def roster() -> None:
    """The verbs on the roster."""


@roster.command(
    "import", help="导入单位名册（CSV 或 XLSX）：好的行入库，有问题的行逐条列出行号、列和原因（退出码 3）。"
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="只核对，不写入。")
@click.option("--all", "show_all", is_flag=True, help="列出全部问题，不止前 50 处。")
@json_option
def import_file(file: Path, dry_run: bool, show_all: bool, as_json: bool) -> None:
    """Import a roster; a program gets `accepted`, `unchanged`, `outdated`, `rejected` and `notes`."""
    from activities.intake_roster import import_roster
    from commands.importing import carry_out

    carry_out(import_roster, file, dry_run=dry_run, as_json=as_json, show_all=show_all)
