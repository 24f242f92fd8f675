"""Writes the checkpoints that Tests/RelicNNTests/Weights/Torch read: weights beside other things.

Made with Python 3.11, torch 2.15.0, numpy 2.4.6:
    python Tests/Fixtures/make_checkpoint_fixtures.py
Every array is a formula of its name and size, which the tests compute again: `pattern` below.
"""

import argparse
import collections
import datetime
import io
import pathlib
import pickle
import struct
import tarfile
import zipfile
import zlib

import numpy as np
import torch

FOLDER = pathlib.Path(__file__).parent / "checkpoints"


def pattern(name, shape):
    """Small multiples of 1/16 that differ from name to name."""
    count = 1
    for extent in shape:
        count *= extent
    start = zlib.crc32(name.encode()) % 31
    return (((torch.arange(count) * 7 + start) % 31 - 15) / 16).reshape(shape)


def weights():
    return collections.OrderedDict(
        (name, pattern(name, shape)) for name, shape in [
            ("conv1.weight", (4, 3, 3, 3)), ("bn1.weight", (4,))])


def checkpoint():
    """What training programs keep beside the weights."""
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [3, 4])
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    counts = collections.defaultdict(int)
    counts["seen"] += 1
    return {
        "epoch": 3,
        "args": argparse.Namespace(lr=0.1, out=pathlib.PurePosixPath("/out"), gpus={0, 1}),
        "frozen": frozenset(["a"]),
        "bytes": b"\0\xff",
        "array": bytearray(b"ab"),
        "device": torch.device("cpu"),
        "dtype": torch.float16,
        "size": torch.Size([2, 3]),
        "when": datetime.datetime(2024, 5, 6),
        "best": np.float64(0.5),
        "confusion": np.arange(6).reshape(2, 3),
        "complex": 1 + 2j,
        "slice": slice(1, 2),
        "large": 1 << 80,
        "counts": counts,
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
        "state_dict": weights(),
        "spectrum": torch.ones(2, dtype=torch.complex64),
        "sparse": torch.eye(2).to_sparse(),
    }


def write_tar(path):
    """The form before PyTorch 0.2, as its `torch.load` still reads it."""

    def dump(value):
        return pickle.dumps(value, 2)

    class Keyed(pickle.Pickler):
        def persistent_id(self, value):
            return keys.get(id(value))

    own = weights()
    own["view"] = pattern("base", (4, 6)).t()
    own["tail"] = torch.zeros(3)
    keys = {id(tensor): str(10 + index) for index, tensor in enumerate(own.values())}
    storages = io.BytesIO()
    tensors = io.BytesIO()
    base = torch.arange(5, dtype=torch.float32)
    stored = [(key, own[key]) for key in ["conv1.weight", "bn1.weight", "view"]] + [("base", base)]
    storages.write(dump(len(stored)))
    for index, (_, tensor) in enumerate(stored):
        storages.write(dump((100 + index, "cpu", torch.FloatStorage)))
        flat = tensor.t().reshape(-1) if tensor.dim() == 2 else tensor.reshape(-1)
        storages.write(struct.pack("<q", flat.numel()) + flat.numpy().tobytes())
    # The tensor `tail` is the part [1, 4) of the last storage.
    storages.write(dump([(200, 103, 1, 3)]))
    tensors.write(dump(len(own)))
    for tensor, storage in zip(own.values(), [100, 101, 102, 200]):
        tensors.write(dump((int(keys[id(tensor)]), storage, torch.FloatTensor)))
        tensors.write(struct.pack("<ii", tensor.dim(), 0))
        for numbers in (tensor.shape, tensor.stride()):
            tensors.write(struct.pack(f"<{tensor.dim()}q", *numbers))
        tensors.write(struct.pack("<q", 0))
    state = io.BytesIO()
    Keyed(state, 2).dump(own)
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in [
                ("sys_info", dump({"protocol_version": 1000, "little_endian": True})),
                ("pickle", state.getvalue()), ("tensors", tensors.getvalue()),
                ("storages", storages.getvalue())]:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def write_compressed(path):
    """A file that was unpacked and packed again: the numbers of its second tensor are compressed."""
    plain = io.BytesIO()
    torch.save(weights(), plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for member in source.infolist():
            method = zipfile.ZIP_DEFLATED if member.filename.endswith("/1") else zipfile.ZIP_STORED
            target.writestr(
                zipfile.ZipInfo(member.filename), source.read(member), compress_type=method)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    torch.manual_seed(0)
    for protocol in [1, 2, 4, 5]:
        torch.save(checkpoint(), FOLDER / f"protocol{protocol}.pth", pickle_protocol=protocol)
    torch.save(
        checkpoint(), FOLDER / "legacy.pth", _use_new_zipfile_serialization=False)
    write_compressed(FOLDER / "compressed.pth")
    write_tar(FOLDER / "tar.pth")
    read = torch.load(FOLDER / "tar.pth", weights_only=False)
    assert torch.equal(read["view"], pattern("base", (4, 6)).t())
    assert torch.equal(read["tail"], torch.tensor([1.0, 2.0, 3.0]))
