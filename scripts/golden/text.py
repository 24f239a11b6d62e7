"""Tables as Python's csv module writes and reads them: files in test/fixtures/data, each below 20 kB, with what is in them as JSON beside them.

Run: python3 scripts/golden/text.py, with a number for so many tables of noise: as many as one has time for.
"""
import csv
import io
import json
import pathlib
import random
import sys

folder = pathlib.Path(__file__).parents[2] / "test/fixtures/data"
folder.mkdir(parents=True, exist_ok=True)
draw = random.Random(7)
pieces = ["a", "7", "é", "漢字", "😀", ",", ";", "\t", '"', '""', "\n", "\r\n", " ", "|", "'", "#", '5" disk', "007", "\\"]


def cell():
    kind = draw.random()
    if kind < 0.2:
        return ""
    if kind < 0.22:
        return "x" * 300 + '"\n,' + "y" * 300
    return "".join(draw.choice(pieces) for _ in range(draw.randint(1, 5)))


def write(name, delimiter, end, quoting, bom, columns, rows):
    header = [f"c{i}" for i in range(columns)]
    # An empty line is no row: one column is never empty.
    table = [[cell() or ("x" if columns == 1 else "") for _ in range(columns)] for _ in range(rows)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(header)
    writer.writerows(table)
    text = out.getvalue()
    read = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert read == [header, *table]
    (folder / f"{name}.csv").write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.encode())
    expected = {"delimiter": delimiter, "header": header, "rows": table}
    (folder / f"{name}.json").write_text(json.dumps(expected, ensure_ascii=True))


write("commas", ",", "\r\n", csv.QUOTE_MINIMAL, False, 4, 60)
write("tabs", "\t", "\n", csv.QUOTE_ALL, True, 3, 60)
write("semicolons", ";", "\n", csv.QUOTE_MINIMAL, True, 5, 50)
write("one-column", "|", "\r\n", csv.QUOTE_MINIMAL, False, 1, 80)



def noise():
    """Text that no writer made: quotes anywhere, rows of any length, lines without content."""
    parts = [",", ",", '"', '"', '""', "\n", "\n", "\r\n", '",', ',"', '\n"', '"\n', '"\r\n', "a", "é", " ", "7", "x" * 40]
    text = "".join(draw.choice(parts) for _ in range(draw.randint(1, 25)))
    # A quote that is never closed takes all that follows: such a table is one row, most often.
    if text.count('"') % 2 and draw.random() < 0.8:
        text += '"'
    rows = [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    return {"text": ("\ufeff" if draw.random() < 0.1 else "") + text, "rows": rows}


cases = [noise() for _ in range(int(sys.argv[1]) if len(sys.argv) > 1 else 90)]
(folder / "noise.json").write_text(json.dumps(cases, ensure_ascii=True, separators=(",", ":")))

# Written by hand: quotes that open nothing, and text behind none.
raw = 'size,name\n5" disk,a "b" c\n3.5",""""\n"x",say "hi"\n,"\n"\n'
rows = list(csv.reader(io.StringIO(raw, newline="")))
(folder / "stray-quotes.csv").write_text(raw)
(folder / "stray-quotes.json").write_text(json.dumps({"delimiter": ",", "header": rows[0], "rows": rows[1:]}))
