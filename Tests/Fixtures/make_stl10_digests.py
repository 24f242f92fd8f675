"""Prints the md5 digests of STL10Tests: images of a made-up STL-10 as torchvision's class has them.

Needs Python 3.11, torchvision 0.29.2, numpy 2.4.6. The files are the formula of STL10Tests.
"""

import hashlib
import pathlib
import tempfile

import numpy as np
from torchvision.datasets import STL10


class Unchecked(STL10):
    """STL10 on files that are not the published ones."""

    def _check_integrity(self):
        return True


def record(number):
    index = np.arange(3 * 96 * 96)
    return ((index * index // 96 + 31 * number) % 251).astype(np.uint8).tobytes()


with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder) / "stl10_binary"
    root.mkdir()
    (root / "train_X.bin").write_bytes(record(0) + record(1))
    (root / "train_y.bin").write_bytes(bytes([3, 10]))
    (root / "unlabeled_X.bin").write_bytes(record(2) + record(3) + record(4))
    (root / "class_names.txt").write_text("\n".join("abcdefghij") + "\n")
    for split in ["train", "unlabeled", "train+unlabeled"]:
        data = Unchecked(folder, split=split)
        pixels = b"".join(np.asarray(image).tobytes() for image, _ in data)
        print(split, [int(label) for _, label in data], hashlib.md5(pixels).hexdigest())
