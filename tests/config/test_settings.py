"""Who decides on a value, and where it was said."""

from pathlib import Path
from string import Formatter

import pytest

from opsctl.config import yaml
from opsctl.config.choice import Origin
from opsctl.config.matching import Tier
from opsctl.config.settings import Settings, load
from opsctl.config.words import Words
from opsctl.core.errors import BadConfiguration, BadOption, MissingVariable, NoSuchPath
from opsctl.core.paths import shipped

ORDER = "table: order\ncolumns: {order: 单号}\n"


def settings(
    folder: Path, text: str = "", *, environ: dict[str, str] | None = None, user: str = "", **flags: str
) -> Settings:
    (folder / "opsctl.yaml").write_text(text, "utf-8")
    (folder / "user.yaml").write_text(user, "utf-8")
    return load(folder, flags, environ or {}, folder / "user.yaml")


def origin(found: Settings, key: str) -> tuple[str, str]:
    (one,) = (origin for origin in found.origins() if origin.key == key)
    return one.value, one.source


def test_a_flag_wins_over_the_environment_the_project_and_the_user(tmp_path: Path) -> None:
    voices: dict[str, object] = {
        "text": "locale: zh-CN",
        "user": "locale: zh-CN",
        "environ": {"OPSCTL_LOCALE": "zh-CN"},
    }
    found = settings(tmp_path, **voices, locale="en")  # type: ignore[arg-type]  # keywords by name
    assert found.locale == "en"
    assert origin(found, "locale") == ("en", "--locale")


@pytest.mark.parametrize(
    ("environ", "text", "user", "locale", "source"),
    [
        ({"OPSCTL_LOCALE": "en", "LANG": "zh_CN.UTF-8"}, "locale: zh-CN", "locale: zh-CN", "en", "OPSCTL_LOCALE"),
        ({"LANG": "en_US.UTF-8"}, "version: 1\nlocale: zh-CN", "locale: en", "zh-CN", "opsctl.yaml:2"),
        ({"LC_ALL": "en_US.UTF-8"}, "", "locale: zh-CN", "zh-CN", "user.yaml:1"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "", "", "en", "LC_ALL"),
        ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "", "", "zh-CN", "LANG"),
        ({}, "", "", "en", "default"),
    ],
)
def test_the_stronger_voice_decides_on_the_language(  # noqa: PLR0913, PLR0917 - a table of voices
    tmp_path: Path, environ: dict[str, str], text: str, user: str, locale: str, source: str
) -> None:
    found = settings(tmp_path, text, environ=environ, user=user)
    assert found.locale == found.project.locale == locale
    assert origin(found, "locale") == (locale, str(tmp_path / source) if source.startswith("user") else source)


def test_zone_and_currency_follow_the_same_order(tmp_path: Path) -> None:
    text, environ = "timezone: UTC\ncurrency: EUR", {"OPSCTL_CURRENCY": "USD"}
    found = settings(tmp_path, text, environ=environ, timezone="Asia/Tokyo")
    assert (found.project.timezone, found.project.currency) == ("Asia/Tokyo", "USD")
    assert settings(tmp_path).project.currency == "CNY"


def test_without_a_project_there_are_defaults_and_the_shipped_mappings() -> None:
    found = load(None, {}, {}, None)
    assert (found.locale, found.project.timezone, found.colour) == ("en", "Asia/Shanghai", "auto")
    assert all(mapping.tier is Tier.SHIPPED for mapping in found.mappings)
    assert origin(found, "policy.settle_days.refunds")[0] == "14"
    assert origin(found, "policy.settle_days.refunds")[1].startswith("configs/policy.yaml:")


@pytest.mark.parametrize(
    ("flags", "environ", "words"),
    [
        ({"timezone": "Mars"}, {}, "--timezone: 'Mars' is no time zone"),
        ({}, {"OPSCTL_LOCALE": "zh"}, "OPSCTL_LOCALE: 'zh' is not one of 'zh-CN', 'en'"),
        ({}, {"OPSCTL_CURRENCY": "rmb"}, "OPSCTL_CURRENCY: 'rmb' is no currency"),
    ],
)
def test_a_flag_or_variable_that_cannot_be_used_is_refused(
    flags: dict[str, str], environ: dict[str, str], words: str
) -> None:
    with pytest.raises(BadOption) as caught:
        load(None, flags, environ, None)
    assert caught.value.sentence == words


def test_a_user_file_sets_language_and_colour_only(tmp_path: Path) -> None:
    assert settings(tmp_path, user="colour: never").colour == "never"
    with pytest.raises(BadConfiguration) as caught:
        settings(tmp_path, user="currency: USD")
    assert "unknown key 'currency'" in caught.value.sentence


def test_a_project_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPath):
        load(tmp_path, {}, {}, None)


# --- variables ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "environ", "value"),
    [
        ("${TEAM}", {"TEAM": "渠道"}, "渠道"),
        ("${TEAM}", {"TEAM": "a: [b"}, "a: [b"),
        ("'${A}-${B}'", {"A": "1", "B": "2"}, "1-2"),
        ("${TEAM:-渠道部}", {}, "渠道部"),
        ("${TEAM:-渠道部}", {"TEAM": ""}, "渠道部"),
        ("${TEAM:?say it}", {"TEAM": "x"}, "x"),
        ("$${TEAM}", {}, "${TEAM}"),
        ("$TEAM", {"TEAM": "x"}, "$TEAM"),
        ("${TEAM}", {"TEAM": "${OTHER}"}, "${OTHER}"),
    ],
)
def test_a_variable_is_put_in_after_parsing(tmp_path: Path, written: str, environ: dict[str, str], value: str) -> None:
    assert settings(tmp_path, f"project: {{name: {quoted(written)}}}", environ=environ).project.project.name == value


def quoted(text: str) -> str:
    return text if text.startswith("'") else f'"{text}"'


@pytest.mark.parametrize(
    ("written", "environ", "words", "note"),
    [
        ("${TEAM}", {}, "project.name: TEAM is not set", "set TEAM"),
        ("${TEAM:?say who}", {"TEAM": ""}, "project.name: TEAM is not set", "say who"),
    ],
)
def test_a_variable_that_is_missing_is_named_with_its_place(
    tmp_path: Path, written: str, environ: dict[str, str], words: str, note: str
) -> None:
    with pytest.raises(MissingVariable) as caught:
        settings(tmp_path, f'project:\n  name: "{written}"', environ=environ)
    assert (caught.value.sentence, caught.value.line, caught.value.column) == (words, 2, 9)
    assert note in caught.value.excerpt


def test_a_brace_that_opens_no_variable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration) as caught:
        settings(tmp_path, 'project: {name: "${TEAM"}')
    assert "opens no variable" in caught.value.sentence


def test_the_process_own_environment_is_never_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEAM", "x")
    monkeypatch.setenv("OPSCTL_CURRENCY", "USD")
    assert settings(tmp_path, "project: {name: '${TEAM:-none}'}").project.project.name == "none"
    assert settings(tmp_path).project.currency == "CNY"


def test_a_report_does_not_need_the_address_of_a_robot(tmp_path: Path) -> None:
    text = 'send: {ops: {to: wecom, webhook: "${WECOM_WEBHOOK:?set it in the environment}"}}'
    assert settings(tmp_path, text).project.send["ops"].webhook == "${WECOM_WEBHOOK:?set it in the environment}"


# --- mappings -----------------------------------------------------------------------------------------


def names(found: Settings) -> list[str]:
    return [mapping.name for mapping in found.mappings if mapping.tier is Tier.PROJECT]


def mapping_file(folder: Path, name: str, text: str) -> None:
    path = folder / "mappings" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")


def test_mappings_come_from_files_in_the_order_of_their_names_and_from_the_project_itself(tmp_path: Path) -> None:
    mapping_file(tmp_path, "b.yaml", "platform: b\n" + ORDER)
    mapping_file(tmp_path, "a.yaml", "platform: a\nexports: [{report: x, table: order, columns: {order: 单号}}]")
    inline = "{platform: c, table: order, columns: {order: 单号}}"
    found = settings(tmp_path, f"mappings: [mappings/*.yaml, {inline}]")
    assert names(found) == ["a/x", "b", "c"]
    assert [mapping.place for mapping in found.mappings[:3]] == [
        "mappings/a.yaml:2",
        "mappings/b.yaml:1",
        "opsctl.yaml:1",
    ]


def test_a_file_of_mappings_that_is_not_there_is_refused_and_a_pattern_may_wait_for_its_first(tmp_path: Path) -> None:
    with pytest.raises(NoSuchPath) as caught:
        settings(tmp_path, "mappings:\n  - mapings/a.yaml")
    assert caught.value.place == "opsctl.yaml:2:5"
    assert settings(tmp_path, "mappings: [mappings/*.yaml]").project.mappings == ("mappings/*.yaml",)
    with pytest.raises(BadConfiguration):
        settings(tmp_path, "mappings: [/etc/*.yaml]")


def test_two_mappings_of_one_name_are_refused_naming_both(tmp_path: Path) -> None:
    mapping_file(tmp_path, "a.yaml", "platform: shop\n" + ORDER)
    mapping_file(tmp_path, "b.yaml", "platform: shop\n" + ORDER)
    with pytest.raises(BadConfiguration) as caught:
        settings(tmp_path, "mappings: [mappings/*.yaml]")
    assert caught.value.file == "mappings/b.yaml"
    assert "mappings/a.yaml:1" in caught.value.sentence


def test_a_fault_in_a_mapping_file_is_shown_in_that_file(tmp_path: Path) -> None:
    mapping_file(tmp_path, "a.yaml", "platform: shop\ntable: orders\ncolumns: {order: 单号}\n")
    with pytest.raises(BadConfiguration) as caught:
        settings(tmp_path, "mappings: [mappings/*.yaml]")
    assert caught.value.place == "mappings/a.yaml:2:8"


def test_a_source_names_a_mapping_or_a_platform(tmp_path: Path) -> None:
    text = """
mappings:
  shop: {exports: [{report: a, table: order, columns: {order: 单号}}, {report: b, table: order, columns: {order: 号}}]}
sources: [{path: x.csv, mapping: shop/a}, {path: y.csv, mapping: shop}]
"""
    found = settings(tmp_path, text)
    assert [mapping.name for mapping in found.mappings_named("shop/a")] == ["shop/a"]
    assert [mapping.name for mapping in found.mappings_named("shop")] == ["shop/a", "shop/b"]
    assert found.mappings_named("x") == ()


def test_a_source_that_names_no_mapping_is_told_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadConfiguration) as caught:
        settings(tmp_path, f"mappings: [{{platform: shopp, {flow(ORDER)}}}]\nsources: [{{path: x, mapping: shop}}]")
    assert caught.value.place == "opsctl.yaml:2:30"
    assert "did you mean 'shopp'?" in caught.value.excerpt


def flow(text: str) -> str:
    return text.strip().replace("\n", ", ")


# --- origins and words --------------------------------------------------------------------------------


def test_every_value_tells_where_it_was_said_and_none_that_is_secret(tmp_path: Path) -> None:
    text = """
version: 1
currency: USD
channels:
  douyin: {aliases: [抖音]}
policy: {settle_days: {spend: 2}}
send: {ops: {to: wecom, webhook: "https://example.com/?key=canary"}}
privacy: {hash_key_file: /secret/canary}
"""
    found = settings(tmp_path, text)
    assert origin(found, "currency") == ("USD", "opsctl.yaml:3")
    assert origin(found, "channels.douyin.aliases.0") == ("抖音", "opsctl.yaml:5")
    assert origin(found, "policy.settle_days.spend") == ("2", "opsctl.yaml:6")
    assert origin(found, "send.ops.webhook") == ("***", "opsctl.yaml:7")
    assert "canary" not in str(found.origins())
    assert origin(found, "colour") == ("auto", "default")


def test_origins_are_the_same_every_time(tmp_path: Path) -> None:
    text = "channels: {b: {}, a: {group: x}}\nmargin: 0.3\n"
    first, second = settings(tmp_path, text).origins(), settings(tmp_path, text).origins()
    assert first == second
    assert first[0] == Origin("locale", "en", "default")
    assert len({one.key for one in first}) == len(first)


def test_words_are_looked_up_and_a_missing_one_is_an_error() -> None:
    for locale in ("zh-CN", "en"):
        assert Words(locale)["app"] == Words(locale).say("app") == "opsctl"
        with pytest.raises(KeyError):
            Words(locale)["no such key"]


def test_every_language_has_the_same_words_with_the_same_fields() -> None:
    zh, en = (fields(locale) for locale in ("zh-CN", "en"))
    assert zh == en


def fields(locale: str) -> dict[str, set[str | None]]:
    catalog = yaml.read(shipped(f"configs/locales/{locale}.yaml"), locale).value
    assert isinstance(catalog, dict)
    return {key: {name for _, name, _, _ in Formatter().parse(str(text))} - {None} for key, text in catalog.items()}
