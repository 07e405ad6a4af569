"""The text of a column becomes values of one kind, in bulk; a cell that cannot be read gets a fault, not a guess.

Whatever can be read in two ways (a decimal comma, the order of day and month, the currency) is decided once for
the whole column. Where the column does not decide it, `AmbiguousValues` asks for a word in the mapping.
"""

from opsctl.ingest.values.column import type_column
from opsctl.ingest.values.typed import Style, Typed
from opsctl.schemas.kinds import Kind

__all__ = ["Kind", "Style", "Typed", "type_column"]
