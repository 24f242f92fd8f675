"""The reference's training loop on CIFAR-10 in PyTorch, the peer of `relic pretrain`.

Views are made by torchvision on Pillow images in two loader processes, the step takes two threads.
Run by loop.py as `pytorch_loop.py MODE DATA STEPS`; prints the seconds of each step.
"""

import sys
import time
from pathlib import Path

import numpy as np
import torch
from measurement import CASES, print_measurement
from PIL import Image
from pytorch_step import Pretraining
from torchvision.datasets import VisionDataset
from torchvision_views import view_of


class CIFAR10Views(VisionDataset):
    """Two random views of each training image, read from the binary files."""

    def __init__(self, root, size):
        super().__init__(root, transform=view_of(size))
        files = [Path(root) / f"cifar-10-batches-bin/data_batch_{n}.bin" for n in range(1, 6)]
        records = np.concatenate([np.fromfile(file, np.uint8) for file in files])
        planes = records.reshape(-1, 3073)[:, 1:].reshape(-1, 3, 32, 32)
        self.images = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = Image.fromarray(self.images[index])
        return self.transform(image), self.transform(image)


def main():
    mode, data, steps = sys.argv[1:]
    torch.set_num_threads(2)
    torch.manual_seed(42)
    model, stem, size, batch = CASES["resnet18-32"]
    loader = torch.utils.data.DataLoader(
        CIFAR10Views(data, size), batch_size=batch, shuffle=True, drop_last=True, num_workers=2)
    run = Pretraining(model, stem, mode)
    taken = []
    start = time.perf_counter()
    for step, views in enumerate(loader):
        if step == int(steps):
            break
        run.step([view.contiguous(memory_format=run.layout) for view in views])
        now = time.perf_counter()
        taken.append(now - start)
        start = now
    print_measurement(taken)


if __name__ == "__main__":
    main()
