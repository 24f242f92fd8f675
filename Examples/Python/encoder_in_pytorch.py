"""Features of photos by an encoder that relic has trained, in PyTorch.

    pip install torch torchvision safetensors pillow
    python encoder_in_pytorch.py RUN PHOTO...

Prints a row for each photo. The features are those of `relic extract` but for the rounding of sums:
RGB in [0, 1] without normalisation, a square of the run's side by Pillow's bilinear resize, and the
network in evaluation mode. Not for resnet16_tapered, which torchvision lacks.
"""

import json
import sys

import numpy as np
import torch
import torchvision
from PIL import Image, ImageOps
from safetensors.torch import load_file

run, *photos = sys.argv[1:]
options = json.load(open(f"{run}/config.json"))
model = {
    "resnet18": torchvision.models.resnet18,
    "resnet50": torchvision.models.resnet50,
    "efficientnet": torchvision.models.efficientnet_v2_s,
}[options["encoder_model_name"]]()
stem = options["stem"]
if stem != "imagenet":
    # The stems for small images: a 3x3 convolution of stride 1 or 2, and no pool.
    model.conv1 = torch.nn.Conv2d(3, 64, 3, 1 if stem == "cifar" else 2, 1, bias=False)
    model.maxpool = torch.nn.Identity()

# The file lacks the classifier, and nothing else.
missing, unexpected = model.load_state_dict(load_file(f"{run}/encoder.safetensors"), strict=False)
assert not unexpected, unexpected
setattr(model, "classifier" if hasattr(model, "classifier") else "fc", torch.nn.Identity())
model.eval()

side = options.get("feature_image_size") or options["image_size"]
for path in photos:
    photo = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    pixels = np.asarray(photo.resize((side, side), Image.BILINEAR), np.float32) / 255
    with torch.no_grad():
        features = model(torch.from_numpy(pixels).permute(2, 0, 1)[None])
    print(path, features.shape[1], features[0, :4].tolist())
