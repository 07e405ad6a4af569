"""The made-up company's opsctl.yaml."""

from __future__ import annotations

from making.world import World

OPSCTL_YAML = """\
# 示例项目：橙子生活，公司和数字都是虚构的 / A sample project; the company and its figures are made up.
version: 1
project: {name: 橙子生活 Orange Life, department: 渠道运营部}
timezone: Asia/Shanghai
currency: CNY

# 毛利率 / gross margin
margin: 0.3

# 打开、下单算活跃，推送不算 / opening and ordering count as coming back, a push message does not
activity: {qualifying: [open, order]}

# 渠道 / channels
channels:
  douyin: {name: {zh: 抖音, en: Douyin}, group: public, aliases: [巨量引擎]}
  kuaishou: {name: {zh: 快手, en: Kuaishou}, group: public, aliases: [磁力引擎]}
  xiaohongshu: {name: {zh: 小红书, en: RED (Xiaohongshu)}, group: public, aliases: [小红书聚光]}
  wecom: {name: {zh: 企微社群, en: WeCom communities}, group: private}
  organic: {name: {zh: 自然量, en: Organic}, group: organic}
  tmall: {name: {zh: 天猫, en: Tmall}, group: shop}

# 文件；不写也能按表头识别 / files; without these lines they are recognised by their headers
sources:
  - {path: oceanengine/*.csv, mapping: oceanengine, account: main}   # 巨量引擎
  - {path: spend/*.parquet}        # 其他渠道消耗 / what the other channels cost
  - {path: tmall/*.csv, mapping: tmall}   # 天猫订单 / Tmall orders
  - {path: users/*.parquet}        # 新增用户 / new users
  - {path: activity/*.parquet}     # 用户活跃 / what they did
  - {path: orders/*.parquet}       # 自有商城订单 / orders of the company's own shop
"""


def files(world: World) -> dict[str, bytes]:  # noqa: ARG001 - it says nothing of what happened
    """The project's configuration by its name."""
    return {"opsctl.yaml": OPSCTL_YAML.encode()}
