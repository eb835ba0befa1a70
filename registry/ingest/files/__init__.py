"""Files → raw rows with exact positions, streamed: CSV, TSV, Excel, JSON lines, a folder of them, or a stream.

`open_table` opens one file, `opened` whatever a curator names. `kinds` tells them apart, `encoding` reads bytes as
text, `delimited`, `workbook` (with `cells` and `archive`) and `jsonl` read one kind each. Each gives a `Table`.
"""

from registry.ingest.files.kinds import Format
from registry.ingest.files.opening import Opened, Source, open_table, opened
from registry.ingest.files.table import Row, Table, refused

__all__ = ["Format", "Opened", "Row", "Source", "Table", "open_table", "opened", "refused"]
