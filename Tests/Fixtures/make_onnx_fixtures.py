"""Checks models of ONNX that `relic convert` writes, and writes what the tests compare, into onnx/.

Pinned: Python 3.11, numpy 2.x, torch 2.15.0, torchvision 0.29.2, timm 1.0.31, safetensors 0.8,
onnx 1.23.2, onnxruntime 1.32.0. Run as
    python make_onnx_fixtures.py .build/release/relic

Weights and images come from the formula of network_formula.py, which the tests compute to the
same bits. Every model must pass onnx's checker with its shapes inferred, have the very bytes into
which Google's library writes it again, and give in ONNX Runtime, at batches of 1, 2 and 5 and images
of two sizes, the features of torchvision's network in double precision to 1e-4. What is kept are the
digests of the models without notes and ONNX Runtime's features: what the tests find equal to the
first has been read by ONNX Runtime, and what agrees with the second agrees with it.

The encoders' safetensors are then loaded by torchvision and by timm, which must give these features.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import timm
import torch
import torchvision
from safetensors.torch import load_file, save_file

from network_formula import fill, noise

FOLDER = Path(__file__).parent / "onnx"
CASES = {
    f"{model}-{stem}": (model, stem)
    for model in ["resnet18", "resnet50", "resnet16_tapered"]
    for stem in ["imagenet", "cifar", "small"]
} | {"efficientnet": ("efficientnet", None)}


def network(model, stem):
    """torchvision's network without its classifier, with this project's stem."""
    if model == "efficientnet":
        net = torchvision.models.efficientnet_v2_s()
        net.classifier = torch.nn.Identity()
        return net
    if model == "resnet16_tapered":
        net = tapered()
    else:
        net = getattr(torchvision.models, model)()
    if stem != "imagenet":
        width = net.conv1.out_channels
        net.conv1 = torch.nn.Conv2d(3, width, 3, 1 if stem == "cifar" else 2, 1, bias=False)
        net.maxpool = torch.nn.Identity()
    net.fc = torch.nn.Identity()
    return net


def tapered():
    """Basic blocks 2, 2, 2 and 1 of 32, 64, 128 and 512 channels."""
    net = torchvision.models.resnet18()
    net.conv1 = torch.nn.Conv2d(3, 32, 7, 2, 3, bias=False)
    net.bn1 = torch.nn.BatchNorm2d(32)
    net.inplanes = 32
    block = torchvision.models.resnet.BasicBlock
    for stage, (count, width) in enumerate(zip([2, 2, 2, 1], [32, 64, 128, 512])):
        layer = net._make_layer(block, width, count, stride=1 if stage == 0 else 2)
        setattr(net, f"layer{stage + 1}", layer)
    return net


def calm(net):
    """Scales normalisations so that gates do not saturate: else float32 differs from double in all."""
    with torch.no_grad():
        for name, value in net.state_dict().items():
            if name.endswith("weight") and value.dim() == 1:
                value.mul_(13 / 16)


def images(name, *shape):
    return noise(name, *shape) * np.float32(0.5) + np.float32(0.5)


def error(found, expected):
    """The largest difference, as a share of the root mean square."""
    return np.abs(found - expected).max() / np.sqrt((expected**2).mean())


def check_model(path, net):
    """Returns the digest without notes, and the features of the tests' images."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    data = path.read_bytes()
    assert model.SerializeToString() == data, f"{path}: other bytes than Google's"
    del model.metadata_props[:]
    digest = hashlib.md5(model.SerializeToString()).hexdigest()
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for shape in [(2, 3, 32, 40), (1, 3, 64, 64), (5, 3, 33, 32)]:
        x = images("onnx", *shape)
        (found,) = session.run(["features"], {"images": x})
        with torch.no_grad():
            expected = net(torch.from_numpy(x).double()).numpy()
        assert error(found, expected) < 1e-4, (path, shape, error(found, expected))
        if shape[0] == 2:
            features = found
    return digest, features


def check_loading(path, model, stem, expected, convert):
    """Loads an encoder into torchvision and timm as the README says."""
    x = torch.from_numpy(images("onnx", 2, 3, 32, 40))
    name = "efficientnet_v2_s" if model == "efficientnet" else model
    if model != "resnet16_tapered":
        if stem in (None, "imagenet"):
            net = getattr(torchvision.models, name)()
            result = net.load_state_dict(load_file(path), strict=False)
            assert result.unexpected_keys == [], result.unexpected_keys
            missing = {key.split(".")[0] for key in result.missing_keys}
            assert missing == {"classifier" if model == "efficientnet" else "fc"}, missing
            setattr(net, "classifier" if model == "efficientnet" else "fc", torch.nn.Identity())
            with torch.no_grad():
                assert error(net.eval()(x).numpy(), expected) < 1e-4, name
            print(f"  {name} of torchvision: loads")
    if stem not in (None, "imagenet") or model == "resnet16_tapered":
        return
    timm_path = convert("--names", "timm")
    if model == "efficientnet":
        net = timm.create_model("efficientnetv2_s", num_classes=0, bn_eps=1e-3)
    else:
        net = timm.create_model(model, num_classes=0)
    net.load_state_dict(load_file(timm_path))
    with torch.no_grad():
        assert error(net.eval()(x).numpy(), expected) < 1e-4, f"timm {model}"
    if model != "efficientnet":
        assert load_file(timm_path).keys() == load_file(path).keys()
    print(f"  {model} of timm: loads")


def main(program):
    FOLDER.mkdir(exist_ok=True)
    kept, digests = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for name, (model, stem) in CASES.items():
            net = fill(network(model, stem)).eval()
            if model == "efficientnet":
                calm(net)
            path = folder / f"{name}.safetensors"
            weights = {
                key: value.float().contiguous()
                for key, value in net.state_dict().items()
                if value.is_floating_point()
            }
            save_file(weights, path)

            def convert(*options, suffix="-timm.safetensors"):
                result = folder / f"{name}{suffix}"
                subprocess.run([program, "convert", path, result, *options], check=True)
                return result

            options = ["--stem", stem] if stem else []
            model_path = convert(*options, suffix=".onnx")
            digests[name], features = check_model(model_path, net)
            kept[name] = torch.from_numpy(features)
            check_loading(path, model, stem, features, convert)
            print(f"{name}: {model_path.stat().st_size:,} bytes, agrees")
    save_file(kept, FOLDER / "features.safetensors", metadata=digests)
    print(f"{(FOLDER / 'features.safetensors').stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
