"""An id is stored as its HMAC under a key that is kept elsewhere, made once, and never silently replaced."""

from __future__ import annotations

import hmac
import os
from pathlib import Path

import polars as pl
import pytest

from opsctl.config.plans import Privacy
from opsctl.core.errors import KeyExposed, KeyMisplaced, KeyMissing, KeyUnreadable, KeyWrong
from opsctl.store import key

OLD, NEW = b"\x01" * 32, b"\x02" * 32
posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX files have such rights")


def mac(text: bytes, *chain: bytes) -> bytes:
    for one in chain:
        text = hmac.digest(one, text, "sha256")[:16]
    return text


# --- ids ------------------------------------------------------------------------------------------------


def test_an_id_is_kept_as_the_first_half_of_its_hmac() -> None:
    ids = pl.Series("user", ["u0000123", "用户", None])
    found = key.hashed(ids, (OLD,))
    assert found.name == "user"
    assert found.to_list() == [mac(b"u0000123", OLD), mac("用户".encode(), OLD), None]


@pytest.mark.parametrize(
    "written",
    ["13800138000", "+8613800138000", "008613800138000", "8613800138000", "138 0013 8000", "+86 138-0013-8000"],
)
def test_every_way_to_write_a_mobile_number_is_one_id(written: str) -> None:
    assert key.hashed(pl.Series([written]), (OLD,)).to_list() == [mac(b"13800138000", OLD)]


def test_an_address_is_one_id_in_any_case_and_other_ids_keep_theirs() -> None:
    found = key.hashed(pl.Series(["Ann@Example.com", "oAbC-123", "AbC@room"]), (OLD,)).to_list()
    assert found == [mac(text, OLD) for text in (b"ann@example.com", b"oAbC-123", b"AbC@room")]


@pytest.mark.parametrize("number", ["10000000000", "1380013800", "138001380000", "+1 380 013 8000", "9913800138000"])
def test_a_number_that_is_no_mobile_number_is_kept_as_it_is(number: str) -> None:
    assert key.hashed(pl.Series([number]), (OLD,)).to_list() == [mac(number.encode(), OLD)]


def test_what_is_stored_and_hashed_once_more_is_what_a_new_export_meets() -> None:
    ids = pl.Series(["a", None, "b"])
    assert key.rehashed(key.hashed(ids, (OLD,)), NEW).to_list() == key.hashed(ids, (OLD, NEW)).to_list()
    assert key.hashed(ids, (OLD, NEW)).to_list() == [mac(b"a", OLD, NEW), None, mac(b"b", OLD, NEW)]


# --- which key it is ------------------------------------------------------------------------------------


def test_a_fingerprint_knows_its_keys_and_no_others(tmp_path: Path) -> None:
    known = key.fingerprint((OLD,))
    assert len(known) == 16
    assert key.applied((OLD,), known, tmp_path) == (OLD,)
    with pytest.raises(KeyWrong):
        key.applied((NEW,), known, tmp_path)


def test_a_store_behind_its_key_file_is_known_by_the_keys_it_has_seen(tmp_path: Path) -> None:
    assert key.applied((OLD, NEW), key.fingerprint((OLD,)), tmp_path) == (OLD,)
    with pytest.raises(KeyWrong):  # a copy from before the rotation
        key.applied((OLD,), key.fingerprint((OLD, NEW)), tmp_path)


# --- the file -------------------------------------------------------------------------------------------


def test_a_new_store_makes_its_key_once(tmp_path: Path) -> None:
    path = tmp_path / "config" / "opsctl" / "key"
    made = key.of_store(path, None)
    assert [len(one) for one in made] == [32]
    assert key.load(path) == key.of_store(path, None) == key.of_store(path, key.fingerprint(made)) == made


@posix
def test_nobody_else_can_read_the_key(tmp_path: Path) -> None:
    path = tmp_path / "config" / "opsctl" / "key"
    key.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    key.rotated(path)
    assert path.stat().st_mode & 0o777 == 0o600


@posix
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key"
    key.create(path)
    path.chmod(mode)
    with pytest.raises(KeyExposed) as refused:
        key.load(path)
    assert "chmod 600" in refused.value.hint


def test_a_store_without_its_key_is_one_clear_error_and_never_a_new_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    with pytest.raises(KeyMissing):
        key.of_store(path, key.fingerprint((OLD,)))
    assert not path.exists()
    key.create(path)
    with pytest.raises(KeyWrong):
        key.of_store(path, key.fingerprint((OLD,)))


@pytest.mark.parametrize("content", ["", "# only a remark\n", "abc\n", "zz" * 32, f"{'ab' * 32}\nabcd\n", "ab" * 99999])
def test_a_file_that_is_no_whole_key_is_refused_and_never_shown(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyUnreadable) as refused:
        key.load(path)
    assert "abab" not in "".join(refused.value.lines())


def test_a_folder_in_its_place_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(KeyUnreadable):
        key.load(tmp_path)


def test_a_rotation_keeps_the_old_key_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first = key.create(path)
    second = key.rotated(path)
    assert second[:1] == first
    assert key.load(path) == second
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


def test_a_copy_is_the_key_and_never_written_over_a_file(tmp_path: Path) -> None:
    keys = key.create(tmp_path / "key")
    key.exported(keys, tmp_path / "copy")
    assert key.load(tmp_path / "copy") == keys
    with pytest.raises(FileExistsError):
        key.exported(keys, tmp_path / "copy")


# --- where it is ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "environ", "place"),
    [
        (None, {"HOME": "/home/li"}, "/home/li/.config/opsctl/key"),
        (None, {"HOME": "/home/li", "XDG_CONFIG_HOME": "/etc/li"}, "/etc/li/opsctl/key"),
        ("~/k", {"HOME": "/home/li", "XDG_CONFIG_HOME": "/etc/li"}, "/home/li/k"),
        ("/safe/k", {}, "/safe/k"),
    ],
)
@posix
def test_the_key_is_where_the_project_or_the_users_folder_says(
    tmp_path: Path, named: str | None, environ: dict[str, str], place: str
) -> None:
    assert key.located(Privacy(hash_key_file=named), tmp_path, environ) == Path(place)


def test_a_relative_name_is_beside_the_project_and_never_in_the_store(tmp_path: Path) -> None:
    assert key.located(Privacy(hash_key_file="keys/k"), tmp_path, {}) == (tmp_path / "keys" / "k").resolve()
    for name in (".opsctl/key", "keys/../.opsctl/sub/key"):
        with pytest.raises(KeyMisplaced):
            key.located(Privacy(hash_key_file=name), tmp_path, {})


@pytest.mark.parametrize("named", [None, "~/key"])
def test_without_a_home_folder_the_key_must_be_named(tmp_path: Path, named: str | None) -> None:
    with pytest.raises(KeyMissing):
        key.located(Privacy(hash_key_file=named), tmp_path, {})
