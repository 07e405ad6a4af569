"""The project's key: ids of people are kept as HMACs under it, so that a store without it names nobody.

A key file holds a chain of keys, one a line, and an id is hashed through all of them: h1 = HMAC(k1, id),
h2 = HMAC(k2, h1), … Nobody keeps the raw ids, so a new key cannot replace the old one; it is put behind it instead,
and what is stored is hashed once more (`rehashed`). An id that arrives later goes through the whole chain and meets
the same hash. Rotation therefore protects what is stored from those who got hold of an older key file, not from those
who had the store as well: what they copied before stays readable to them. What is hashed in the rows themselves
(numbers of orders, columns that the project wants hashed) is hashed with the first key alone, since rows are never
written anew.

The order in which `rotated` and the store work makes every interruption harmless: the file first, then the hashes and
the `fingerprint` in one transaction. A store that is behind its file is known by the fingerprint of a part of the
chain (`applied`) and catches up when it is next written; one key may serve several stores.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

import polars as pl

from opsctl.config.plans import Privacy
from opsctl.core.errors import KeyExposed, KeyMisplaced, KeyMissing, KeyUnreadable, KeyWrong
from opsctl.core.paths import STORE_FOLDER, expanded, user_folder
from opsctl.ingest.people import canonical

Keys: TypeAlias = tuple[bytes, ...]

BYTES = 16  # kept of every HMAC: two of 2^40 people share one with a chance of 2^-49
_KEY_BYTES = 32
_BLOCK = hashlib.sha256().block_size
_LARGEST = 65_536  # of a key file; what is longer is something else
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_FINGERPRINT_OF = b"opsctl: which key is this"
_MISSING_HINT = "put a copy of the key there, or name its file as privacy.hash_key_file in opsctl.yaml"
_WRONG_HINT = "use the newest copy of the key; opsctl key show-path says where it was looked for"
_HEAD = (
    "# The key of opsctl. Whoever has it can find out whether somebody is in the data; without it new exports\n"
    "# cannot be joined to old ones. Keep a copy in a safe place, and none in git, in mail or beside the data.\n"
)


# --- where it is ----------------------------------------------------------------------------------------


def located(privacy: Privacy, folder: Path, environ: Mapping[str, str]) -> Path:
    """The key's file: as the project names it, else `key` in the user's own folder of opsctl.

    A relative name is below the project's folder; `~` is the home folder of the environment.

    Raises:
        KeyMisplaced: It would lie inside the store, where whoever takes the data takes it along.
        KeyMissing: There is neither a name for it nor a home folder.
    """
    named = privacy.hash_key_file
    home = user_folder(environ)
    path = expanded(named, environ) if named else home and home / "key"
    if path is None:
        raise KeyMissing("there is no home folder to keep the key in", hint="name a file as privacy.hash_key_file")
    found = (folder / path).resolve()
    if found.is_relative_to((folder / STORE_FOLDER).resolve()):
        raise KeyMisplaced(
            "the key lies inside the store", file=named, hint="move it to where copies of the store do not take it"
        )
    return found


# --- the file -------------------------------------------------------------------------------------------


def create(path: Path) -> Keys:
    """A new key of 32 random bytes, in a file that only the user can read and that was not there before.

    Raises:
        FileExistsError: There is one already.
        KeyUnreadable: The file cannot be written.
    """
    keys = (secrets.token_bytes(_KEY_BYTES),)
    try:
        _make_private(path.parent)
        _write_new(path, keys)
    except FileExistsError:
        raise
    except OSError as error:
        raise KeyUnreadable(f"the key cannot be written: {error.strerror}", file=str(path)) from error
    return keys


def load(path: Path) -> Keys:
    """The chain of keys in a file, the oldest first.

    Raises:
        KeyMissing: There is no such file.
        KeyExposed: Others than its owner may read or change it.
        KeyUnreadable: It cannot be read, or holds something else.
    """
    try:
        with path.open("rb") as file:
            exposed = os.name == "posix" and os.fstat(file.fileno()).st_mode & _OTHERS
            content = file.read(_LARGEST + 1)
    except FileNotFoundError:
        raise KeyMissing("there is no key", file=str(path), hint=_MISSING_HINT) from None
    except OSError as error:
        raise KeyUnreadable(f"the key cannot be read: {error.strerror}", file=str(path)) from error
    if exposed:
        raise KeyExposed("others can read or change the key", file=str(path), hint=f"chmod 600 '{path}'")
    return _parsed(content, path)


def of_store(path: Path, stored: str | None) -> Keys:
    """The keys of a store; of a new one (`stored` None) they are made where there are none yet.

    Args:
        path: The key's file.
        stored: The fingerprint that the store keeps, None for a store that holds nobody yet.

    Raises:
        KeyMissing: The store has been made with a key, and there is none: no new one is made in its place.
        KeyWrong: The store was made with another key.
        KeyExposed: Others than its owner may read or change it.
        KeyUnreadable: It cannot be read, or holds something else.
    """
    if stored is None:
        try:
            return create(path)
        except FileExistsError:
            return load(path)
    keys = load(path)
    applied(keys, stored, path)
    return keys


def rotated(path: Path) -> Keys:
    """The chain with a new key behind it, already in the file: it was written beside it and took its place at once.

    Raises:
        KeyMissing: There is no key yet.
        KeyExposed: Others than its owner may read or change it.
        KeyUnreadable: It cannot be read or written.
    """
    keys = (*load(path), secrets.token_bytes(_KEY_BYTES))
    place = path.resolve()
    beside = place.with_name(f"{place.name}.{secrets.token_hex(8)}")
    try:
        _write_new(beside, keys)
        beside.replace(place)
        _sync_folder(place.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise KeyUnreadable(f"the key cannot be written: {error.strerror}", file=str(path)) from error
    return keys


def exported(keys: Keys, path: Path) -> None:
    """A copy of the key in a new file that only the user can read.

    Raises:
        FileExistsError: There is such a file already.
        OSError: It cannot be written.
    """
    _write_new(path, keys)


def _make_private(folder: Path) -> None:
    """The folder and all above it that are missing, open to nobody else."""
    if not folder.is_dir():
        _make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _write_new(path: Path, keys: Keys) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(file, "wb") as written:
            written.write(_HEAD.encode() + "".join(f"{key.hex()}\n" for key in keys).encode())
            written.flush()
            os.fsync(written.fileno())
    except OSError:
        path.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the file's name as durable as its content; Windows does so by itself."""
    if os.name == "posix":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _parsed(content: bytes, path: Path) -> Keys:
    lines = content.decode("ascii", errors="replace").split("\n") if len(content) <= _LARGEST else ["too long"]
    keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    try:
        found = tuple(bytes.fromhex(key) for key in keys)
    except ValueError:
        found = ()
    if not found or any(len(key) != _KEY_BYTES for key in found):
        raise KeyUnreadable(
            "this is no key of opsctl, or only a part of one", file=str(path), hint="put a copy of the key there"
        )
    return found


# --- which key it is ------------------------------------------------------------------------------------


def fingerprint(keys: Keys) -> str:
    """A word by which a chain of keys is known again and that tells nothing of it: 16 hex digits."""
    value = _FINGERPRINT_OF
    for key in keys:
        (value,) = _macs((value,), key)
    return value.hex()[:16]


def applied(keys: Keys, stored: str, path: Path) -> Keys:
    """The first keys of a chain, those that a store with this fingerprint was hashed through.

    The others are still to be applied, oldest first, with `rehashed`.

    Raises:
        KeyWrong: The store was made with another key.
    """
    for count in range(len(keys), 0, -1):
        if secrets.compare_digest(fingerprint(keys[:count]), stored):
            return keys[:count]
    raise KeyWrong("this is not the key that the store was made with", file=str(path), hint=_WRONG_HINT)


# --- ids ------------------------------------------------------------------------------------------------


def hashed(ids: pl.Series, keys: Keys) -> pl.Series:
    """Ids as a store keeps them: HMAC-SHA256 through the chain, 16 bytes each; null stays null.

    Two ways to write one telephone number or e-mail address are one id, see `people.canonical`.

    Args:
        ids: Text, trimmed and in NFC, as a canonical table has it.
        keys: The chain, the oldest first.

    Returns:
        Binary, in the order of `ids` and under its name.
    """
    found = canonical(ids).cast(pl.Binary)
    for key in keys:
        found = rehashed(found, key)
    return found


def rehashed(hashes: pl.Series, key: bytes) -> pl.Series:
    """Hashes under a chain of keys as hashes under the chain with one key more; null stays null."""
    known = hashes.is_not_null()
    if known.all():
        return pl.Series(hashes.name, _macs(hashes, key), dtype=pl.Binary)
    macs = iter(_macs(hashes.drop_nulls(), key))
    return pl.Series(hashes.name, [next(macs) if one else None for one in known], dtype=pl.Binary)


def _macs(values: Iterable[bytes], key: bytes) -> list[bytes]:
    """HMACs of many values: the two states that depend on the key alone are prepared once, half the time of `hmac`."""
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in key.ljust(_BLOCK, b"\0"))) for pad in (0x36, 0x5C))
    copy_inner, copy_outer = inner.copy, outer.copy
    found: list[bytes] = []
    for value in values:
        first = copy_inner()
        first.update(value)
        second = copy_outer()
        second.update(first.digest())
        found.append(second.digest()[:BYTES])
    return found
