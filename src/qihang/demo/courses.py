"""What the demo's institutions teach."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Course:
    """An occupation and level, its lesson hours, how many teaching days a week, and how the course fares.

    `women` is the share of women, `work` how likely work is afterwards (1: usual), `employers` who takes people on.
    """

    occupation: str
    name: str
    level: str
    hours: int
    women: float
    work: float
    weight: int
    employers: tuple[str, ...]


_HOMES = ("椰家家政服务有限公司", "海之爱家庭服务有限公司", "万家好家政服务部", "琼阿姨家政有限公司")
_HOTELS = ("海棠湾度假酒店有限公司", "椰林大酒店", "观澜酒店管理有限公司", "南海明珠宾馆")
_KITCHENS = ("文昌鸡饭店", "海岛人家餐饮有限公司", "老爸茶餐饮管理有限公司", "琼菜坊餐饮有限公司")
_CARE = ("夕阳红养老服务有限公司", "康乐护理院", "松涛养老院")
_GUARDS = ("海安保安服务有限公司", "琼盾物业服务有限公司", "南岛物业管理有限公司")
_WORKS = ("海岛建筑工程有限公司", "金岭机电安装有限公司", "洋浦船舶修造有限公司")
_SHOPS = ("果岛电子商务有限公司", "海味集商贸有限公司", "免税城商业有限公司")
_FARMS = ("热带园艺有限公司", "南繁种苗有限公司", "绿岛园林绿化有限公司")

COURSES = (
    Course("家政服务员", "家政服务员", "5", 112, 0.93, 1.08, 16, _HOMES),
    Course("养老护理员", "养老护理员", "5", 120, 0.88, 1.10, 12, _CARE),
    Course("婴幼儿发展引导员", "育婴员", "5", 112, 0.97, 1.00, 9, _HOMES),
    Course("中式烹调师", "中式烹调师", "5", 128, 0.42, 1.06, 11, _KITCHENS),
    Course("中式面点师", "中式面点师", "5", 112, 0.74, 1.00, 7, _KITCHENS),
    Course("餐厅服务员", "餐厅服务员", "5", 96, 0.70, 1.04, 6, _HOTELS),
    Course("客房服务员", "客房服务员", "5", 96, 0.86, 1.09, 7, _HOTELS),
    Course("保安员", "保安员", "5", 96, 0.12, 1.12, 8, _GUARDS),
    Course("电工", "电工", "5", 136, 0.05, 1.02, 7, _WORKS),
    Course("焊工", "焊工", "5", 136, 0.04, 1.03, 5, _WORKS),
    Course("美容师", "美容师", "5", 120, 0.95, 0.88, 4, _SHOPS),
    Course("茶艺师", "茶艺师", "5", 96, 0.81, 0.78, 3, _SHOPS),
    Course("电子商务师", "电子商务师", "4", 120, 0.63, 0.82, 5, _SHOPS),
    Course("草坪园艺师", "草坪园艺师", "5", 104, 0.48, 0.92, 4, _FARMS),
    Course("中式烹调师", "中式烹调师", "4", 136, 0.35, 1.08, 2, _KITCHENS),
    Course("养老护理员", "养老护理员", "4", 128, 0.86, 1.14, 2, _CARE),
)
