"""Writes test/fixtures/tensorboard/golden.tfevents with Google's own protobuf encoder, for our writer to be held
against byte by byte; with the package `tensorboard` installed, also reads it with TensorBoard's own reader.

    apt-get install protobuf-compiler && pip install protobuf tensorboard
    python3 scripts/tensorboard/golden.py            # writes
    python3 scripts/tensorboard/golden.py FILE…      # reads event files and prints them
"""

import pathlib
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
GOLDEN = HERE.parents[1] / "test" / "fixtures" / "tensorboard" / "golden.tfevents"


def schema():
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(["protoc", f"-I{HERE}", f"--python_out={out}", HERE / "event.proto"], check=True)
        sys.path.insert(0, out)
        import event_pb2

        return event_pb2


def masked_crc(data):
    """Bit by bit, after RFC 3720: no table to share a mistake with ours."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def frame(data):
    length = struct.pack("<Q", len(data))
    return length + struct.pack("<I", masked_crc(length)) + data + struct.pack("<I", masked_crc(data))


def write(pb):
    version = pb.Event(wall_time=1700000000.25, file_version="brain.Event:2")
    first = pb.Event(wall_time=1700000001.5)
    first.summary.value.add(tag="epoch_loss", simple_value=0.5)
    second = pb.Event(wall_time=1700000002.75, step=300)
    second.summary.value.add(tag="epoch_loss", simple_value=0.1)
    second.summary.value.add(tag="épreuve/acc", simple_value=float("nan"))
    third = pb.Event(wall_time=1700000003, step=2**40 + 1)
    value = third.summary.value.add(tag="dense/kernel")
    value.histo.CopyFrom(
        pb.HistogramProto(min=-1, max=2, num=3, sum=1.5, sum_squares=5.25, bucket_limit=[0.5, 2], bucket=[2, 1])
    )
    fourth = pb.Event(wall_time=1700000004, step=7)
    value = fourth.summary.value.add(tag="batch_images")
    value.image.height, value.image.width, value.image.colorspace = 200, 3, 4
    value.image.encoded_image_string = bytes(range(200))
    value.metadata.summary_description = "0 is black."
    value = fourth.summary.value.add(tag="loader/explain")
    value.tensor.dtype = 7
    value.tensor.tensor_shape.SetInParent()
    value.tensor.string_val.append("Nothing is wrong…".encode())
    value.metadata.plugin_data.plugin_name = "text"
    value.metadata.data_class = 2
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    events = version, first, second, third, fourth
    GOLDEN.write_bytes(b"".join(frame(event.SerializeToString()) for event in events))


def read(pb, path):
    data = pathlib.Path(path).read_bytes()
    while data:
        (length,) = struct.unpack("<Q", data[:8])
        record, data = data[: length + 16], data[length + 16 :]
        body = record[12:-4]
        if frame(body) != record:
            sys.exit(f"{path}: a record's checksum is wrong")
        print(pb.Event.FromString(body))


def read_with_tensorboard(path):
    try:
        from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
    except ImportError:
        print("tensorboard is not installed: its own reader was not asked", file=sys.stderr)
        return
    print(f"tensorboard reads {sum(1 for _ in EventFileLoader(str(path)).Load())} events")


if __name__ == "__main__":
    pb = schema()
    if len(sys.argv) == 1:
        write(pb)
    for path in sys.argv[1:] or [GOLDEN]:
        read(pb, path)
        read_with_tensorboard(path)
