"""The reference's random views by torchvision on Pillow images, the peer of relic's.

Run by augment.py as `torchvision_views.py SIZE COUNT`; prints the seconds for one view, of each of
COUNT passes over 256 images with two views each.
"""

import sys
import time

import numpy as np
import torch
from measurement import print_measurement
from PIL import Image
from torchvision import transforms as T

IMAGES = 256


def view_of(size):
    """Returns the function from a Pillow image to a random view, [3, size, size] in [0, 1]."""
    blur = int(0.1 * size) // 2 * 2 + 1
    jitter = T.ColorJitter(brightness=0.8, contrast=0.8, saturation=0.8, hue=0.2)
    return T.Compose([
        T.RandomResizedCrop(size, scale=(0.1, 1.0)),
        T.RandomHorizontalFlip(),
        T.RandomApply([jitter], p=0.8),
        T.RandomGrayscale(p=0.2),
        T.GaussianBlur(blur, sigma=(0.1, 2.0)),
        T.RandomSolarize(threshold=127, p=0.2),
        T.ToTensor(),
    ])


def smooth_images(side):
    """Draws smooth images with some noise, as SmoothImages.swift does."""
    random = np.random.default_rng(1)
    y, x = np.mgrid[0:side, 0:side]
    for _ in range(IMAGES):
        slopes = random.uniform(-3, 3, size=(3, 2))
        planes = [sx * x + sy * y + random.uniform(80, 120, (side, side)) for sx, sy in slopes]
        yield Image.fromarray(np.stack(planes, axis=2).clip(0, 255).astype(np.uint8))


def main():
    size, count = map(int, sys.argv[1:])
    torch.set_num_threads(1)
    images, view = list(smooth_images(size)), view_of(size)
    taken = []
    for _ in range(count + 1):
        start = time.perf_counter()
        torch.stack([view(image) for image in images for _ in range(2)])
        taken.append((time.perf_counter() - start) / (2 * IMAGES))
    print_measurement(taken[1:])


if __name__ == "__main__":
    main()
