"""Writes test/fixtures/data/*.tar with Python's own tarfile, in each of its formats, and of links with GNU tar as well, for
our reader to be held against; tar.json beside them says, as tarfile reads them back, which members there are. Each file is smaller than 20 kB.

    python3 scripts/golden/tar.py
"""

import io
import json
import os
import pathlib
import subprocess
import tarfile
import tempfile

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
    return read(path)


def write_links(form):
    """Samples of second names, of which some lead to others, and one is longer than a header's field."""
    path = OUT / f"links-{form}.tar"
    long = "/".join(["a-folder-with-quite-a-long-name"] * 4)
    with tarfile.open(path, "w", format=FORMATS[form]) as archive:
        add(archive, f"{long}/0.txt", b"text")
        add(archive, "1.cls", b"7")
        add(archive, "2.txt", b"", type=tarfile.LNKTYPE, linkname=f"{long}/0.txt")
        add(archive, "2.cls", b"", type=tarfile.LNKTYPE, linkname="./1.cls")
        add(archive, "3.txt", b"", type=tarfile.LNKTYPE, linkname="2.txt")
        add(archive, "3.cls", b"", type=tarfile.LNKTYPE, linkname=".//2.cls")
    return read(path)


def write_links_of_files(form):
    """As write_links, of files that have two names."""
    path = OUT / f"links-of-files-{form}.tar"
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"1.txt": "text", "1.cls": "7"}.items():
            (pathlib.Path(folder) / name).write_text(text)
        for ending in ["txt", "cls"]:
            os.link(f"{folder}/1.{ending}", f"{folder}/2.{ending}")
            os.link(f"{folder}/1.{ending}", f"{folder}/3.{ending}")
            os.symlink(f"1.{ending}", f"{folder}/4.{ending}")
        same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=a=r,u+w"]
        subprocess.run(["tar", f"--format={form}", "-b", "2", *same, "-cf", path, "."], cwd=folder, check=True)
    return read(path)


def read(path):
    with tarfile.open(path) as archive:
        return {
            member.name: archive.extractfile(member).read().hex()
            for member in archive
            if member.isreg() or member.islnk()
        }


expected = {form: write(form) for form in FORMATS}
expected |= {f"links-of-files-{form}": write_links_of_files(form) for form in ["gnu", "pax", "v7"]}
expected |= {f"links-{form}": write_links(form) for form in ["gnu", "pax"]}
(OUT / "tar.json").write_text(json.dumps(expected, indent=1, ensure_ascii=False) + "\n")
