"""Who never came back and never bought: the same words, and the orders beside them."""

from opsctl.measures.family import COUNT, Family
from opsctl.measures.returned import looks, rows

FAMILY = Family(
    table="acquisition", measures={"unreturned_dN": COUNT}, rows=rows, looks=looks, also=("activity", "order")
)
