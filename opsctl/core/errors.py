"""Every refusal opsctl knows: one class per kind, with its code, its exit code and its sentence.

A refusal says what was found, where, and what to do next. It never carries a cell's value that could be
personal: values of configuration and of headers may be shown, values of data rows may not.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar, Self


class ExitCode(IntEnum):
    """What a finished command tells the shell; the sentences are what `opsctl explain exit-codes` prints."""

    OK = 0, "an answer"
    FINDINGS = 1, "an answer, with findings: a file refused while others loaded, or rows rejected"
    USAGE = 2, "asked wrongly: usage or configuration"
    NO_ANSWER = 3, "no answer from this data: none, all refused, or refused under --strict"
    NOT_DELIVERED = 4, "made, not delivered"
    BUG = 5, "a defect of opsctl; the path of its log is printed"
    LOCKED = 75, "another run holds the lock"
    INTERRUPTED = 130, "stopped by Ctrl-C"
    READER_GONE = 141, "the reader of the output went away"
    TERMINATED = 143, "stopped by a signal"

    sentence: str

    def __new__(cls, value: int, sentence: str) -> Self:
        member = int.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member


class OpsctlError(Exception):
    """The base of every refusal; the command line catches it once and prints it once.

    Args:
        sentence: What was found, as one English sentence without a final stop.
        file: The file it was found in, as the user would type it.
        line: The physical line in that file, from 1.
        column: The name of the column, or the position in the line.
        details: Further lines, each a label and a text, such as ("the file has", "日期, 消耗").
        excerpt: The offending line of a configuration file with a caret below it.
        hint: The next thing to do.
    """

    code: ClassVar[str]
    exit_code: ClassVar[ExitCode] = ExitCode.USAGE
    zh: ClassVar[str]

    def __init__(  # noqa: PLR0913 - the parts of an error message, all by name
        self,
        sentence: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: str | int | None = None,
        details: tuple[tuple[str, str], ...] = (),
        excerpt: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.file = file
        self.line = line
        self.column = column
        self.details = details
        self.excerpt = excerpt
        self.hint = hint

    @property
    def place(self) -> str:
        """`file:line:column`, as far as it is known."""
        return ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)

    def lines(self) -> list[str]:
        """The message as the terminal prints it, one string per line."""
        head = f"error[{self.code}]: {self.sentence}"
        body = [f" --> {self.place}"] if self.file else []
        if self.excerpt:
            body += self.excerpt.splitlines()
        body += [f"  {label}: {text}" for label, text in self.details]
        body += [f"  {self.zh}"]
        if self.hint:
            body.append(f"  hint: {self.hint}")
        return [head, *body]


# --- asked wrongly ------------------------------------------------------------------------------------


class UnknownName(OpsctlError):
    """A metric, dimension, channel, command, format or code that opsctl does not know.

    The nearest known name is offered. `opsctl explain --list` prints the names of all metrics.
    """

    code = "OPS001"
    zh = "没有这个名称"


class BadPeriod(OpsctlError):
    """A period that is not one of 2025, 2025-Q1, 2025-03, 2025-W07, a day, FROM..TO, last-week, yesterday."""

    code = "OPS002"
    zh = "时间段写法不对"


class NoSource(OpsctlError):
    """Neither a path nor a project: opsctl does not know what to read.

    Name files or folders on the command line, or run inside a folder that has an `opsctl.yaml`.
    """

    code = "OPS003"
    zh = "没有指定数据文件，也不在项目文件夹里"


class NoSuchPath(OpsctlError):
    """A path on the command line, or a pattern in the configuration, that names nothing."""

    code = "OPS004"
    zh = "找不到文件或文件夹"


class BadOption(OpsctlError):
    """An option whose value cannot be used; the message says which values can."""

    code = "OPS005"
    zh = "选项的值不对"


class CannotWrite(OpsctlError):
    """The file named with `-o` cannot be written. Nothing was left half-written."""

    code = "OPS006"
    exit_code = ExitCode.NOT_DELIVERED
    zh = "文件写不进去"


class BadUsage(OpsctlError):
    """A command line that is not understood: no such command or option, or one that is missing something."""

    code = "OPS007"
    zh = "命令写法不对"


# --- a file that is refused ---------------------------------------------------------------------------


class RefusedFile(OpsctlError):
    """The base of all refusals of one whole file; the other files still load unless `--strict` is given."""

    exit_code = ExitCode.NO_ANSWER


class NotATable(RefusedFile):
    """The content is no table, whatever the name says: a web page, JSON, a document or archive, a pointer.

    Typical: a login page saved as `.csv` or `.xls`, a workbook locked with a password, a git-lfs pointer.
    Download it again.
    """

    code = "OPS101"
    zh = "内容不是表格"


class UnknownFile(RefusedFile):
    """No mapping and no canonical table claims the file; the nearest one and what differs are named."""

    code = "OPS102"
    zh = "没有映射认得这个文件"
    is_near = False  # whether something knows most of its columns


class AmbiguousFile(RefusedFile):
    """Two mappings claim the file; say which one under `sources:` in `opsctl.yaml`."""

    code = "OPS103"
    zh = "有两个映射都认得这个文件"


class EmptyFile(RefusedFile):
    """The file has no content. An export that was cut off before its first byte looks like this."""

    code = "OPS104"
    zh = "文件是空的"


class UndecidedEncoding(RefusedFile):
    """The bytes are not Unicode and more than one legacy encoding, or none, makes the header readable.

    Guessing would turn names into others. Name it with `--encoding`, or with `encoding:` under `sources:`.
    """

    code = "OPS105"
    zh = "文字编码无法确定"


class NoHeader(RefusedFile):
    """None of the lines is a header with the expected columns; the first row is never taken for one."""

    code = "OPS106"
    zh = "找不到表头"


class DamagedFile(RefusedFile):
    """The file is cut off or broken: an archive or workbook that ends early, an unclosed quote, garbled text.

    Also a workbook that keeps ids of more than 15 digits as numbers: Excel rounds them, and many become one. And one in
    which some days became dates and others, such as 13/01/2025, stayed text: then 05/01/2025 became the first of May.
    """

    code = "OPS107"
    zh = "文件不完整或已损坏"


class AmbiguousValues(RefusedFile):
    """A column that can be read in two ways, such as 01/02/2025 or 1,234; say which in the mapping."""

    code = "OPS108"
    zh = "日期或数字有两种读法"


class Overlap(RefusedFile):
    """Two files give different figures for the same money, and nothing says which is the newer."""

    code = "OPS109"
    zh = "两个文件对同一笔数据给出不同数值"


class TooLarge(RefusedFile):
    """The content, once unpacked, is larger than any export should be.

    A workbook is read in a process of its own with a limit on its memory and time; cells that stand very far apart
    make one too large, too. Save it as CSV.
    """

    code = "OPS110"
    zh = "解压后过大"


class ControlTotal(RefusedFile):
    """The rows do not add up to the total that the platform wrote into the same file."""

    code = "OPS111"
    zh = "明细与文件里的合计对不上"


class NoRowLeft(RefusedFile):
    """Every row of the file was rejected: most likely the wrong mapping, zone or format."""

    code = "OPS112"
    zh = "没有一行能入库"


class SeveralDays(RefusedFile):
    """Rows cover more than one day each; no rule yet says on which days their money falls."""

    code = "OPS113"
    zh = "一行包含多天的数据"


class AmbiguousColumns(RefusedFile):
    """Two columns of the file could be the one that the mapping looks for; write its exact name there."""

    code = "OPS114"
    zh = "有两列都像同一个字段"


class SumTooLarge(RefusedFile):
    """The amounts are so large that their sum could not be kept exactly; one of them is surely a slip."""

    code = "OPS115"
    zh = "金额大到无法精确相加"


class Shrunk(RefusedFile):
    """A newer export has less than half of the rows or the money that a day had before; `--replace` takes it anyway."""

    code = "OPS116"
    zh = "新导出的数据不到原来的一半"


class NewColumn(RefusedFile):
    """The file has a column that its mapping does not name, and `columns: freeze` is set for it.

    A column that was renamed belongs into the mapping; one that nobody wants is named under `unread:`.
    """

    code = "OPS121"
    zh = "出现了映射里没有的新列"


class TooManyRejected(RefusedFile):
    """More rows are rejected than `rejects:` allows; unset, no row may be lost for an amount of money.

    A sum without some of its money looks like any other. Correct the rows, or say how many may be lost:
    `sources: [{path: …, rejects: 20}]` or `rejects: 0.5%`, for all files `contract: {rejects: 20}`.
    """

    code = "OPS122"
    zh = "不能入库的行超过了允许的数量"
    rows: tuple[tuple[int, str, str, str], ...] = ()
    """Every row that was rejected: its line, column, code and reason."""


class NoKeyColumn(RefusedFile):
    """The source's `key:` names a column that the file does not have, so nothing tells its rows apart."""

    code = "OPS123"
    zh = "文件里没有 key 指定的列"


# --- configuration ------------------------------------------------------------------------------------


class BadYaml(OpsctlError):
    """The file is not YAML that opsctl reads: a syntax error, an alias, a tag, a tab, or not UTF-8."""

    code = "OPS301"
    zh = "YAML 语法有误"


class DuplicateKey(OpsctlError):
    """A key stands twice in one mapping; YAML would silently keep the last."""

    code = "OPS302"
    zh = "同一个键写了两次"


class BadConfiguration(OpsctlError):
    """A key or value of `opsctl.yaml` or of a mapping that has no meaning; the place is shown."""

    code = "OPS303"
    zh = "配置有误"


class MissingVariable(OpsctlError):
    """The configuration asks for an environment variable that is not set."""

    code = "OPS304"
    zh = "缺少环境变量"


class MissingExtra(OpsctlError):
    """What was asked needs a part of opsctl that is installed on request; the message names it."""

    code = "OPS305"
    zh = "需要先安装对应的可选组件"


# --- the key of personal ids ---------------------------------------------------------------------------


class KeyMissing(OpsctlError):
    """The key that ids of people are hashed with is not where the project says, and a store needs it.

    No new one is made in its place: under another key everybody would be new. Put a copy of the key there, or name
    its file as `privacy: {hash_key_file: …}`.
    """

    code = "OPS321"
    zh = "找不到用户标识的密钥文件"


class KeyWrong(OpsctlError):
    """The key is not the one that the store was made with; ids hashed with it would match nobody.

    Either `privacy.hash_key_file` names another project's key, or the copy is older than the last `opsctl key rotate`.
    """

    code = "OPS322"
    zh = "密钥与数据仓库不符"


class KeyUnreadable(OpsctlError):
    """The file of the key cannot be read or written, or holds something else; nothing was changed."""

    code = "OPS323"
    zh = "密钥文件读不了或内容不对"


class KeyExposed(OpsctlError):
    """Others than its owner may read or change the key; who has it can find out who is in the data."""

    code = "OPS324"
    zh = "密钥文件对其他人开放"


class KeyMisplaced(OpsctlError):
    """The key would lie inside the store; it belongs where a copy of the data does not take it along."""

    code = "OPS325"
    zh = "密钥不能放在数据仓库里"


# --- answers ------------------------------------------------------------------------------------------


class NoData(OpsctlError):
    """Nothing was read that could answer: no file, every file refused, or no row in the tables needed."""

    code = "OPS401"
    exit_code = ExitCode.NO_ANSWER
    zh = "没有可用的数据"


class RefusedStrictly(OpsctlError):
    """There are findings and `--strict` was given, so nothing is answered."""

    code = "OPS402"
    exit_code = ExitCode.NO_ANSWER
    zh = "有问题，严格模式下不出数"


class NotAnAnswer(OpsctlError):
    """The file is no JSON answer that says how it was asked, so it cannot be asked again and compared.

    `opsctl report -o report.html -o report.json` writes one beside the document that is delivered.
    """

    code = "OPS403"
    zh = "不是可以复核的 JSON 结果"


# --- the store ----------------------------------------------------------------------------------------


class NoStore(OpsctlError):
    """The project has no store yet: nothing was ever ingested."""

    code = "OPS601"
    exit_code = ExitCode.NO_ANSWER
    zh = "项目还没有数据仓"


class Locked(OpsctlError):
    """Another run is writing to the store; `--wait SECONDS` waits for it."""

    code = "OPS602"
    exit_code = ExitCode.LOCKED
    zh = "另一个任务正在写入"


class StoreTooNew(OpsctlError):
    """The store was written by a newer opsctl; this one does not know what it would miss."""

    code = "OPS603"
    zh = "数据仓由更新版本的 opsctl 写入"


class DamagedStore(OpsctlError):
    """A file of the store is not what was written; `opsctl verify` names every one."""

    code = "OPS604"
    exit_code = ExitCode.NO_ANSWER
    zh = "数据仓文件已损坏"


class CannotStore(OpsctlError):
    """The store cannot be written to: the disk is full, or the rights are missing. Nothing was taken in."""

    code = "OPS605"
    exit_code = ExitCode.NOT_DELIVERED
    zh = "数据仓无法写入"


class NotSwept(OpsctlError):
    """What was erased counts nowhere any more, but files of the store that held it could not be removed yet.

    Another program has them open, or the disk is full. `opsctl erase` or `opsctl ingest` removes them when run again;
    until then `opsctl verify` tells that something is owed.
    """

    code = "OPS606"
    exit_code = ExitCode.NOT_DELIVERED
    zh = "数据已删除，但旧文件还没有清理干净"


class Defect(OpsctlError):
    """Something went wrong inside opsctl; the log named in the message has the details."""

    code = "OPS501"
    exit_code = ExitCode.BUG
    zh = "程序内部错误"


def every_error() -> dict[str, type[OpsctlError]]:
    """All refusals by code, for `opsctl explain`."""

    def below(kind: type[OpsctlError]) -> list[type[OpsctlError]]:
        return [found for child in kind.__subclasses__() for found in (child, *below(child))]

    return {kind.code: kind for kind in below(OpsctlError) if "code" in vars(kind)}
