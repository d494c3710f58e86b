"""`bihuan order`: all verbs on one order, those that read and those that act."""

import click

from commands import order_evidence, order_office, order_read, order_restore, order_unit


@click.group(help="督办单：查看、签收、报送、审核、决定。")
def order() -> None:
    """The verbs on orders."""


for _verb in (
    order_read.list_,
    order_read.show_,
    order_evidence.evidence,
    order_unit.acknowledge,
    order_unit.plan,
    order_unit.report,
    order_unit.attach,
    order_unit.submit,
    order_unit.extend,
    order_unit.dispute,
    order_unit.object_,
    order_office.review,
    order_office.return_,
    order_office.suspend,
    order_office.resume,
    order_office.transfer,
    order_office.withdraw,
    order_office.decide,
    order_office.approve,
    order_office.lookback,
    order_restore.restore_,
):
    order.add_command(_verb)
