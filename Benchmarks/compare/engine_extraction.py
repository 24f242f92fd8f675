"""Feature extraction by OpenVINO or ONNX Runtime, peers of relic's.

Run by step.py as `engine_extraction.py ENGINE PRECISION CASE FILE COUNT`, with an encoder that
export_encoder.py has written; prints the seconds of each repetition. Weights and images have the
layout that the engine chooses, and one batch at a time has both threads.
"""

import sys

import numpy as np
from measurement import CASES, print_measurement, times_of


def openvino(file, precision, images):
    import openvino

    core = openvino.Core()
    options = {"INFERENCE_NUM_THREADS": 2, "NUM_STREAMS": 1,
               "INFERENCE_PRECISION_HINT": "bf16" if precision == "bfloat16" else "f32"}
    request = core.compile_model(core.read_model(file), "CPU", options).create_infer_request()
    return lambda: request.infer([images])


def onnxruntime(file, precision, images):
    import onnxruntime

    if precision != "float32":
        sys.exit("ONNX Runtime computes in float32 on processors")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda: session.run(None, {name: images})


def main():
    engine, precision, case, file, count = sys.argv[1:]
    _, _, size, batch = CASES[case]
    images = np.random.default_rng(0).random((batch, 3, size, size), dtype=np.float32)
    repeat = {"openvino": openvino, "onnxruntime": onnxruntime}[engine](file, precision, images)
    print_measurement(times_of(repeat, int(count)))


if __name__ == "__main__":
    main()
