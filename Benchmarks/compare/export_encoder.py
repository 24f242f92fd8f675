"""Writes an encoder of torchvision as ONNX, for the engines that read it.

Run by step.py as `export_encoder.py CASE FILE`.
"""

import sys

import torch
from measurement import CASES
from pytorch_step import encoder


def main():
    case, file = sys.argv[1:]
    model, stem, size, batch = CASES[case]
    net, _ = encoder(model, stem)
    images = torch.rand(batch, 3, size, size)
    torch.onnx.export(net.eval(), (images,), file, dynamo=True, external_data=False, verbose=False)


if __name__ == "__main__":
    main()
