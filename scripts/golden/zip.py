"""Writes test/fixtures/data/zip-*.zip with Python's own zipfile, and some with Info-ZIP's zip and libarchive's bsdtar, for
our reader to be held against; zip.json beside them says, as zipfile reads them back, which members there are. Each file is
smaller than 20 kB.

    python3 scripts/golden/zip.py
"""

import io
import json
import os
import pathlib
import subprocess
import tempfile
import zipfile

OUT = pathlib.Path(__file__).parents[2] / "test" / "fixtures" / "data"
METHODS = {
    "stored": zipfile.ZIP_STORED,
    "deflated": zipfile.ZIP_DEFLATED,
    "bzip2": zipfile.ZIP_BZIP2,
    "lzma": zipfile.ZIP_LZMA,
}
# Members of a sample lie apart; one has no bytes, and names are not all ASCII.
MEMBERS = {
    "b/0.txt": "text 0 äöü".encode(),
    "a.1/1.txt": b"",
    "b/0.cls": b"7\n",
    "füße/2.cls": b"-2",
    "b/0.seg.BIN": bytes(range(256)) * 4,
    "a.1/1.seg.BIN": b"",
    "a.1/1.cls": b"1",
    "füße/2.txt": b"two " * 300,
    "füße/2.seg.BIN": bytes(700),
    "b/._0.txt": b"macOS",
    "__MACOSX/b/0.txt": b"macOS",
    "README": b"no ending",
}


class Pipe(io.RawIOBase):
    """What is written to it cannot be gone back to: checksums and sizes follow the data."""

    def __init__(self, path):
        self.file = open(path, "wb")

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)

    def close(self):
        self.file.close()


def fill(archive, **options):
    archive.writestr("b/", b"")
    for name, data in MEMBERS.items():
        with archive.open(zipfile.ZipInfo(name), "w", **options) as member:
            member.write(data)


def write(name, method):
    """Of each method; and beside them with zip64, into a pipe, and behind other bytes, with a comment."""
    path = OUT / f"zip-{name}.zip"
    with zipfile.ZipFile(path, "w", METHODS[method]) as archive:
        for member, data in MEMBERS.items():
            archive.writestr(member, data, METHODS[method])
        archive.writestr("b/", b"")
    return path


def write_zip64():
    path = OUT / "zip-zip64.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        fill(archive, force_zip64=True)
    # Where its end says that it is too large, what says so in 64 bits stands before it.
    data = path.read_bytes()
    end = len(data) - 22
    entries, size, start = (int.from_bytes(data[end + at : end + at + n], "little") for at, n in [(10, 2), (12, 4), (16, 4)])
    wide = b"PK\6\6" + (44).to_bytes(8, "little") + bytes([45, 3, 45, 0]) + bytes(8)
    wide += b"".join(value.to_bytes(8, "little") for value in [entries, entries, size, start])
    locator = b"PK\6\7" + bytes(4) + end.to_bytes(8, "little") + (1).to_bytes(4, "little")
    narrow = b"PK\5\6" + bytes(4) + b"\xff" * 4 + b"\xff" * 8 + bytes(2)
    path.write_bytes(data[:end] + wide + locator + narrow)
    return path


def write_pipe():
    path = OUT / "zip-pipe.zip"
    with Pipe(path) as pipe, zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in MEMBERS.items():
            archive.writestr(member, data)
    return path


def write_behind():
    """As what unpacks itself: behind a program, and with a comment."""
    path = OUT / "zip-behind.zip"
    path.write_bytes(b"#!/bin/sh\n" * 10)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        for member, data in MEMBERS.items():
            archive.writestr(member, data)
        archive.comment = b"a comment"
    return path


def write_by(name, command):
    """By another program, of files and a symbolic link."""
    path = OUT / f"zip-{name}.zip"
    path.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for member, data in MEMBERS.items():
            file = pathlib.Path(folder) / member
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        os.symlink("0.txt", f"{folder}/b/9.txt")
        subprocess.run([*command, path, *MEMBERS, "b/9.txt"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return path


def read(path):
    with zipfile.ZipFile(path) as archive:
        return {
            # Names that are UTF-8 without saying so are of code page 437 to zipfile.
            (info.filename if info.flag_bits & 0x800 else info.filename.encode("cp437").decode()): archive.read(info)
            for info in archive.infolist()
            if not info.is_dir() and info.external_attr >> 28 != 0xA
        }


paths = [
    *(write(method, method) for method in METHODS),
    write_zip64(),
    write_pipe(),
    write_behind(),
    write_by("infozip", ["zip", "-q", "-y"]),
    write_by("bsdtar", ["bsdtar", "--format", "zip", "-cf"]),
]
expected = read(paths[0])
assert all(read(path) == expected for path in paths)
# zipfile does not write what is encrypted.
write_by("encrypted", ["zip", "-q", "-P", "secret"])
archives = [path.name for path in paths if path.stem not in ["zip-bzip2", "zip-lzma"]]
members = {name: data.hex() for name, data in expected.items()}
text = json.dumps({"archives": archives, "members": members}, indent=1, ensure_ascii=False)
(OUT / "zip.json").write_text(text + "\n")
