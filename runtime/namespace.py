"""What a Temporal namespace must have before work begins: a long retention and our search attributes.

The embedded engine sees to both at each start, because the server's own `--search-attribute` option is heeded only
when the database is new; on a cluster an operator does it once, with the same function.
"""

from collections.abc import Mapping

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client

from schemas.errors import Refused

RETENTION_S = 87_600 * 3_600
"""Ten years: a history is archived long before, and the server itself sets no maximum."""

_TYPES = {
    "Text": IndexedValueType.INDEXED_VALUE_TYPE_TEXT,
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Int": IndexedValueType.INDEXED_VALUE_TYPE_INT,
    "Double": IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
    "Bool": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "KeywordList": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}


async def raise_retention(client: Client) -> None:
    """Keep closed histories of the client's namespace for at least `RETENTION_S`."""
    asked = DescribeNamespaceRequest(namespace=client.namespace)
    described = await client.workflow_service.describe_namespace(asked)
    if described.config.workflow_execution_retention_ttl.seconds < RETENTION_S:
        config = NamespaceConfig(workflow_execution_retention_ttl=Duration(seconds=RETENTION_S))
        raised = UpdateNamespaceRequest(namespace=client.namespace, config=config)
        await client.workflow_service.update_namespace(raised)


async def register_search_attributes(client: Client, wanted: Mapping[str, str]) -> None:
    """Add those of `wanted` (name to type, such as `Keyword`) that the client's namespace lacks.

    Refused with `engine.search_attribute.type` when one is there with another type: the server cannot change it.
    """
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    there = dict(listed.custom_attributes)
    clash = next((name for name, kind in wanted.items() if there.get(name, _TYPES[kind]) != _TYPES[kind]), None)
    if clash is not None:
        sentence = (
            f"Temporal 中已有另一种类型的检索字段 {clash}，与本版本不符。请换用新的数据目录，或先升级到匹配的版本。"
        )
        raise Refused("engine.search_attribute.type", sentence)
    missing = {name: _TYPES[kind] for name, kind in wanted.items() if name not in there}
    if missing:
        added = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        await client.operator_service.add_search_attributes(added)
