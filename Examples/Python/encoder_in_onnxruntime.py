"""Features of photos by an encoder in ONNX, in ONNX Runtime: neither relic nor PyTorch is needed.

    relic convert RUN encoder.onnx
    pip install onnxruntime numpy pillow
    python encoder_in_onnxruntime.py encoder.onnx PHOTO...

Prints a row for each photo, the features of `relic extract` but for the rounding of sums.
"""

import sys

import numpy as np
import onnxruntime
from PIL import Image, ImageOps

model, *photos = sys.argv[1:]
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
side = int(session.get_modelmeta().custom_metadata_map["image_size"])
for path in photos:
    photo = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    pixels = np.asarray(photo.resize((side, side), Image.BILINEAR), np.float32) / 255
    (features,) = session.run(["features"], {"images": pixels.transpose(2, 0, 1)[None]})
    print(path, features.shape[1], features[0, :4].tolist())
