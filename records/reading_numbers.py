"""Reading the document numbers that orders have."""

from sqlalchemy import select

from records.tables_current import orders
from records.transaction import Read


def numbers_of_orders(read: Read) -> dict[str, str]:
    """Return the id of each order by its document number, in the order of the numbers' text."""
    found = read.connection.execute(select(orders.c.number, orders.c.id).order_by(orders.c.number))
    return {row.number: row.id for row in found}
