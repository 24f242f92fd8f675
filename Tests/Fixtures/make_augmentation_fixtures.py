"""Writes Tests/Fixtures/augmentation: images, and what torchvision makes of them.

Needs Python 3.11, torch 2.15.0, torchvision 0.29.2, Pillow 13.0.0, numpy 2.4.6.

sources.bin holds interleaved RGB images one after the other; cases.json says for each case which
source, which parameters, and where in expected.bin the 8-bit result begins.
"""

import json
import math
import pathlib

import numpy as np
import torch
from PIL import Image
from torchvision.transforms import functional as F

folder = pathlib.Path(__file__).parent / "augmentation"
folder.mkdir(exist_ok=True)
random = np.random.default_rng(5)


def drawn(width, height, kind):
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    if kind == "noise":
        values = random.integers(0, 256, (height, width, 3))
    elif kind == "smooth":
        phase = random.uniform(0, 6, 3)
        rate = random.uniform(0.05, 0.5, (3, 2))
        values = np.stack(
            [127.5 + 127.5 * np.sin(p + a * x + b * y) for p, (a, b) in zip(phase, rate)], -1
        )
    else:  # flat patches, greys and extremes among them
        palette = random.integers(0, 256, (9, 3))
        palette[0], palette[1], palette[2] = 0, 255, 128
        index = ((x // 7) * 3 + (y // 5) * 2).astype(int) % 9
        values = palette[index]
    return Image.fromarray(values.astype(np.uint8))


images = [
    drawn(32, 32, "noise"), drawn(32, 32, "smooth"), drawn(32, 32, "patches"),
    drawn(96, 96, "smooth"), drawn(47, 30, "noise"), drawn(150, 101, "patches"),
]
sources, offset = [], 0
for image in images:
    sources.append({"width": image.width, "height": image.height, "offset": offset})
    offset += 3 * image.width * image.height
(folder / "sources.bin").write_bytes(b"".join(p.tobytes() for p in images))

cases, expected = [], bytearray()


def add(operation, source, result, **parameters):
    cases.append(
        {"operation": operation, "source": source, "parameters": parameters,
         "width": result.width, "height": result.height, "offset": len(expected)})
    expected.extend(result.tobytes())


def crop(image, p, size):
    return F.resized_crop(
        image, p["y"], p["x"], p["height"], p["width"], [size, size],
        F.InterpolationMode.BILINEAR, antialias=True)


def rectangle(image, share):
    side = math.sqrt(share)
    width, height = max(1, round(image.width * side)), max(1, round(image.height * side))
    return {"x": int(random.integers(0, image.width - width + 1)),
            "y": int(random.integers(0, image.height - height + 1)),
            "width": width, "height": height}


# Float32 numbers, so that both sides hold the same value.
def real(low, high):
    return float(np.float32(random.uniform(low, high)))


for source, image in enumerate(images):
    for size, share in [(32, 0.1), (32, 0.7), (13, 1.0), (96, 0.4)]:
        if size == 96 and source not in (1, 3, 5):
            continue
        p = rectangle(image, share)
        add("crop", source, crop(image, p, size), size=size, **p)
for source in range(4):
    image = images[source]
    add("flip", source, F.hflip(image))
    for factor in [real(0.2, 1), real(1, 1.8), 0.0, 1.0]:
        add("brightness", source, F.adjust_brightness(image, factor), factor=factor)
        add("contrast", source, F.adjust_contrast(image, factor), factor=factor)
        add("saturation", source, F.adjust_saturation(image, factor), factor=factor)
    for shift in [real(-0.2, 0), real(0, 0.2), 0.0]:
        add("hue", source, F.adjust_hue(image, shift), factor=shift)
    add("gray", source, F.rgb_to_grayscale(image, 3))
    add("solarize", source, F.solarize(image, 127))
    for sigma in [0.1, real(0.3, 1), real(1, 2)]:
        radius = image.width // 10 // 2
        add("blur", source, F.gaussian_blur(image, 2 * radius + 1, sigma), sigma=sigma,
            radius=radius)

changes = ["brightness", "contrast", "saturation", "hue"]
for number in range(24):
    source = number % len(images)
    size = [32, 32, 13, 96][number % 4] if number % 8 < 4 else 32
    image = images[source]
    p = {"size": size, **rectangle(image, real(0.1, 1)), "radius": 4 if size == 96 else 1,
         "mirrored": bool(number % 2), "jitter": number % 5 != 4,
         "order": [changes[i] for i in random.permutation(4)],
         "brightness": real(0.2, 1.8), "contrast": real(0.2, 1.8), "saturation": real(0.2, 1.8),
         "hue": real(-0.2, 0.2), "gray": number % 6 == 3, "sigma": real(0.1, 2),
         "solarized": number % 4 == 1}
    result = crop(image, p, size)
    if p["mirrored"]:
        result = F.hflip(result)
    if p["jitter"]:
        for change in p["order"]:
            result = getattr(F, f"adjust_{change}")(result, p[change])
    if p["gray"]:
        result = F.rgb_to_grayscale(result, 3)
    result = F.gaussian_blur(result, 2 * p["radius"] + 1, p["sigma"])
    if p["solarized"]:
        result = F.solarize(result, 127)
    add("view", source, result, **p)

# Pillow 13 resizes these along y first: their height loses more than twice what their width does.
for source, size, width, height in [(0, 13, 14, 32), (4, 13, 20, 30), (3, 32, 50, 96),
                                    (5, 32, 60, 101), (5, 32, 20, 33)]:
    p = {"x": 3, "y": 0, "width": width, "height": height}
    add("crop", source, crop(images[source], p, size), size=size, **p)

(folder / "expected.bin").write_bytes(bytes(expected))
lines = ",\n".join(json.dumps(case) for case in cases)
(folder / "cases.json").write_text(
    '{"sources": ' + json.dumps(sources) + ',\n"cases": [\n' + lines + "\n]}\n")
