"""What people write themselves, before it is sealed."""

from schemas.errors import Refused


def written(text: str) -> str:
    """Return a text that says something.

    Raises:
        Refused: `text.blank` for one that is empty or nothing but blanks.

    """
    if not text.strip():
        raise Refused("text.blank", "文字不能空白：摘要和理由须写明具体内容，请填写后重新提交。")
    return text
