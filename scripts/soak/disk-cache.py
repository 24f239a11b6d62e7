"""Reads a disk cache that may be half filled, as it is, and compares what is there with a complete one.

python3 disk-cache.py FOLDER COMPLETE [spoilt] prints how many rows and members it compared. Where programs were killed only,
all that is said to be there is; where files were spoilt besides, what fits its checksum is right.
"""

import json
import pathlib
import sys
import tarfile
import zlib

import numpy as np


def members(folder, spoilt):
    """Members of all archives by their names; tarfile must find each archive sound."""
    found = {}
    for path in sorted(pathlib.Path(folder).glob("segment-*.tar")):
        if path.stat().st_size == 0:
            continue
        try:
            with tarfile.open(path) as archive:
                for member in archive:
                    found[member.name] = archive.extractfile(member).read()
        except tarfile.ReadError:
            assert spoilt, path
    return found


def checksum(data, row, leaf):
    begun = (row + 1 + leaf * 0x9E3779B1) & 0xFFFFFFFF
    return zlib.crc32(data, begun) or 0xFFFFFFFF


def main():
    folder, complete = (pathlib.Path(path) for path in sys.argv[1:3])
    spoilt = sys.argv[3:] == ["spoilt"]
    # A hole of a file in memory that is full cannot be mapped: the system ends who looks at it (SIGBUS).
    mode = None if spoilt else "r"
    manifest = json.loads((folder / "cache.json").read_text())
    try:
        index = np.load(folder / "index.npy", mmap_mode=mode)
    # numpy raises what comes of a head that was overwritten in part: ValueError, TokenError and others.
    except Exception:
        assert spoilt
        print(0)
        return
    there = (index[:, 3:] != 0).all(axis=1)
    ours = members(folder, spoilt)
    theirs = members(complete, False)
    compared = 0
    for leaf, (name, form) in enumerate(zip(manifest["files"], manifest["leaves"])):
        if name is not None:
            try:
                rows, others = (np.load(path / name, mmap_mode=mode) for path in (folder, complete))
            except Exception:
                # It was cut or has no head, and nobody has opened it since.
                assert spoilt, name
                continue
            assert rows.shape == others.shape and rows.dtype == others.dtype, name
        for row in np.flatnonzero(there):
            # A row of another shape than the file's is in an archive.
            is_raw = form["kind"] == "string" or (form["kind"] == "array" and form["dtype"] == "uint8")
            member = f"{row}.{form['path']}" + ("" if is_raw else ".npy")
            if member in theirs:
                data, expected = ours.get(member), theirs[member]
            else:
                data, expected = rows[row].tobytes(), others[row].tobytes()
            if data is None:
                assert spoilt, member
                continue
            if spoilt and checksum(data, row, leaf) != index[row, 3 + leaf]:
                continue
            assert checksum(data, row, leaf) == index[row, 3 + leaf], (row, form)
            assert data == expected, (row, form)
            compared += 1
    if not spoilt:
        # Also of those that a kill has left out of the index: a header is there where all else is.
        assert all(data == theirs[name] for name, data in ours.items())
    print(compared)


main()
