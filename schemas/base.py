"""The root of every model: frozen, closed to unknown fields, so that a misspelt word is an error and a shared value never changes."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A value that crosses a boundary; equal when its fields are equal."""

    model_config = ConfigDict(frozen=True, extra="forbid")
