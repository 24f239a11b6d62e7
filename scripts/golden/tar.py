"""Writes test/fixtures/data/*.tar with Python's own tarfile, in each of its formats, for our reader to be held against;
tar.json beside them says, as tarfile reads them back, which members there are. Each file is smaller than 20 kB.

    python3 scripts/golden/tar.py
"""

import io
import json
import pathlib
import tarfile

# Filled up to whole blocks, not to 10 kB, the files stay small.
tarfile.RECORDSIZE = 1024
OUT = pathlib.Path(__file__).parents[2] / "test" / "fixtures" / "data"
FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}


def add(archive, name, data, **fields):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in fields.items():
        setattr(info, key, value)
    archive.addfile(info, io.BytesIO(data))


def write(form):
    path = OUT / f"{form}.tar"
    # Longer than the 100 bytes of a header's name; of ustar's two parts, one is no longer than that.
    long = "/".join(["a-folder-with-quite-a-long-name"] * 4)
    unicode = "füße" if form != "ustar" else "fuesse"
    with tarfile.open(path, "w", format=FORMATS[form]) as archive:
        add(archive, "folder", b"", type=tarfile.DIRTYPE)
        for i, stem in enumerate(["folder/0", f"{long}/1", f"{unicode}/2"]):
            add(archive, f"{stem}.txt", f"text {i} äöü".encode())
            # Empty, of exactly one block, of more.
            add(archive, f"{stem}.seg.BIN", bytes(range(256)) * (i * 2))
            add(archive, f"{stem}.cls", f"{i * 7}\n".encode())
        add(archive, "folder/._0.txt", b"macOS")
        add(archive, "README", b"no ending")
        add(archive, "z.link.txt", b"", type=tarfile.SYMTYPE, linkname="folder/0.txt")
    with tarfile.open(path) as archive:
        return {
            member.name: archive.extractfile(member).read().hex()
            for member in archive
            if member.isreg()
        }


expected = {form: write(form) for form in FORMATS}
(OUT / "tar.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")
