"""The forms that offices fill in as spreadsheets: the columns, what else offices call them, and which must be there.

Headings are compared without blanks, stars, case and what stands in brackets, so `在岗人数（人）` is 在岗人数.
`docs/roster.md` lists every name; a test compares.
"""

from typing import Final

from schemas.base import Model


class Column(Model):
    """A column by its Chinese name; `variants` are other names understood, Chinese and English."""

    name: str
    variants: tuple[str, ...] = ()


class SheetForm(Model):
    """The columns of a form; a row whose `key` is filled in is data; of each `required` group one must be filled in.

    A cell merged over several rows is meant for each of them only in the `shared` columns, never where it is a figure.
    """

    title: str
    key: str
    columns: tuple[Column, ...]
    required: tuple[tuple[str, ...], ...]
    shared: tuple[str, ...]


UNIT_NAME: Final = "单位名称"
CREDIT_CODE: Final = "统一社会信用代码"
UNIT_TYPE: Final = "单位类型"
REGION_CODE: Final = "所属区划代码"
REGION_NAME: Final = "所属区县"
HEADCOUNT: Final = "在岗人数"
REGISTERED: Final = "注册志愿者数"
ACTIVE: Final = "活跃志愿者数"
HAS_TEAM: Final = "是否成立志愿服务队"
CUT_OFF: Final = "数据截止日期"
CONTACT_NAME: Final = "联系人"
CONTACT_PHONE: Final = "联系人电话"

PERSON_NAME: Final = "姓名"
PERSON: Final = "人员编号"
ROLES: Final = "角色"
STAFF_CREDIT_CODE: Final = "所属单位信用代码"
PHONE: Final = "电话"

# No column at all: how many cells of a CSV row stand beyond the header, mostly for a comma inside a number.
BEYOND: Final = "表头之外"

_REGION_CODE = Column(
    name=REGION_CODE,
    variants=(
        "区划代码",
        "行政区划代码",
        "行政区划",
        "行政区代码",
        "所属行政区划代码",
        "所属行政区划",
        "所在区划代码",
        "地区代码",
        "区域代码",
        "region_code",
        "region code",
        "division code",
    ),
)
_REGION_NAME = Column(
    name=REGION_NAME,
    variants=(
        "区县",
        "县区",
        "县（市、区）",
        "县市区",
        "所在区县",
        "所属县区",
        "所在县区",
        "所属地区",
        "所属区域",
        "所在地区",
        "所属乡镇街道",
        "乡镇街道",
        "区划名称",
        "region",
        "district",
        "county",
    ),
)

ROSTER_FORM: Final = SheetForm(
    title="单位名册",
    key=CREDIT_CODE,
    columns=(
        Column(
            name=UNIT_NAME,
            variants=(
                "单位全称",
                "单位",
                "名称",
                "机构名称",
                "组织名称",
                "企业名称",
                "填报单位",
                "unit_name",
                "unit",
                "name",
            ),
        ),
        Column(
            name=CREDIT_CODE,
            variants=(
                "信用代码",
                "社会信用代码",
                "统一信用代码",
                "统一代码",
                "单位信用代码",
                "单位统一社会信用代码",
                "机构信用代码",
                "统一社会信用代码证号",
                "credit_code",
                "unified social credit code",
                "uscc",
            ),
        ),
        Column(
            name=UNIT_TYPE,
            variants=("类型", "单位性质", "单位类别", "机构类型", "单位属性", "性质", "unit_type", "type"),
        ),
        _REGION_CODE,
        _REGION_NAME,
        Column(
            name=HEADCOUNT,
            variants=(
                "在职人数",
                "在编人数",
                "在编在岗人数",
                "在岗在编人数",
                "在岗职工人数",
                "在岗职工数",
                "职工人数",
                "职工总数",
                "职工数",
                "员工人数",
                "单位人数",
                "总人数",
                "headcount",
                "staff",
                "employees",
            ),
        ),
        Column(
            name=REGISTERED,
            variants=(
                "注册人数",
                "注册志愿者",
                "注册志愿者人数",
                "实名注册人数",
                "实名注册志愿者",
                "实名注册志愿者数",
                "实名注册志愿者人数",
                "已注册人数",
                "已注册志愿者数",
                "志愿者注册人数",
                "志愿者注册数",
                "registered",
                "registered volunteers",
            ),
        ),
        Column(
            name=ACTIVE,
            variants=(
                "活跃人数",
                "活跃志愿者",
                "活跃志愿者人数",
                "志愿者活跃人数",
                "志愿者活跃数",
                "参与活动人数",
                "active",
                "active volunteers",
            ),
        ),
        Column(
            name=HAS_TEAM,
            variants=(
                "是否有队伍",
                "有无队伍",
                "是否建队",
                "是否成立队伍",
                "是否成立志愿队",
                "是否组建志愿服务队",
                "是否有志愿服务队",
                "有无志愿服务队",
                "有无志愿服务队伍",
                "是否成立志愿服务队伍",
                "志愿服务队",
                "志愿服务队伍",
                "has_team",
                "team",
                "volunteer team",
            ),
        ),
        Column(
            name=CUT_OFF,
            variants=(
                "截止日期",
                "截至日期",
                "数据截至日期",
                "统计截止日期",
                "截止时间",
                "数据截止时间",
                "截至时间",
                "统计日期",
                "数据日期",
                "cut_off",
                "cut-off date",
                "as of",
            ),
        ),
        Column(
            name=CONTACT_NAME,
            variants=("联系人姓名", "单位联系人", "联络员", "联络人", "经办人", "contact_name", "contact"),
        ),
        Column(
            name=CONTACT_PHONE,
            variants=(
                "联系电话",
                "电话",
                "手机",
                "手机号",
                "手机号码",
                "电话号码",
                "联系人手机",
                "联系方式",
                "联络员电话",
                "contact_phone",
                "phone",
                "mobile",
            ),
        ),
    ),
    shared=(UNIT_TYPE, REGION_CODE, REGION_NAME, CUT_OFF),
    required=(
        (UNIT_NAME,),
        (CREDIT_CODE,),
        (UNIT_TYPE,),
        (REGION_CODE, REGION_NAME),
        (HEADCOUNT,),
        (REGISTERED,),
        (ACTIVE,),
    ),
)

STAFF_FORM: Final = SheetForm(
    title="人员名册",
    key=PERSON,
    columns=(
        Column(name=PERSON_NAME, variants=("人员姓名", "名字", "name")),
        Column(name=PERSON, variants=("工号", "编号", "人员代号", "代号", "工作证号", "person", "person id", "id")),
        Column(name=ROLES, variants=("人员角色", "系统角色", "职责", "岗位角色", "role", "roles")),
        _REGION_CODE,
        _REGION_NAME,
        Column(
            name=STAFF_CREDIT_CODE,
            variants=(
                "单位信用代码",
                "统一社会信用代码",
                "信用代码",
                "所属单位统一社会信用代码",
                "credit_code",
                "unit",
            ),
        ),
        Column(
            name=PHONE,
            variants=("联系电话", "手机", "手机号", "手机号码", "电话号码", "联系方式", "phone", "mobile"),
        ),
    ),
    shared=(REGION_CODE, REGION_NAME, STAFF_CREDIT_CODE, ROLES),
    required=((PERSON_NAME,), (PERSON,), (ROLES,), (REGION_CODE, REGION_NAME, STAFF_CREDIT_CODE)),
)
