"""tune_model.py MODEL.onnx DIRECTORY: writes its tensors as safetensors, as they are and as training
and conversion change them, each into a folder of its own; prints the folders. Needs numpy, onnx."""
import json
import os
import struct
import sys

import numpy
import onnx
from onnx import numpy_helper


def bfloat16(values):
    """Upper halves of the float32 values, rounded to nearest."""
    bits = values.astype(numpy.float32).view(numpy.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(numpy.uint16)


def save(folder, tensors, dtype, convert):
    header, parts, at = {}, [], 0
    for name, values in tensors:
        part = convert(values).tobytes()
        header[name] = {"dtype": dtype, "shape": list(values.shape),
                        "data_offsets": [at, at + len(part)]}
        parts.append(part)
        at += len(part)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    os.makedirs(folder)
    with open(folder + "/model.safetensors", "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(parts))
    print(folder)


def moved(tensors, first, deviation):
    generator = numpy.random.default_rng(1)
    return [(name, values if i < first else
             (values + generator.normal(0, deviation * (values.std() + 1e-12), values.shape))
             .astype(numpy.float32)) for i, (name, values) in enumerate(tensors)]


def main():
    model, place = onnx.load(sys.argv[1]), sys.argv[2]
    arrays = [(t.name, numpy_helper.to_array(t)) for t in model.graph.initializer]
    # Exporters keep weights among the initializers or in constant nodes.
    arrays += [(node.output[0], numpy_helper.to_array(a.t)) for node in model.graph.node
               if node.op_type == "Constant" for a in node.attribute if a.name == "value"]
    tensors = [(name, values) for name, values in arrays if values.dtype == numpy.float32]
    total, seen, head = sum(v.size for _, v in tensors), 0, len(tensors)
    for i, (_, values) in enumerate(tensors):
        if seen < 0.9 * total:
            head = i
        seen += values.size
    for name, changed in (("published", tensors), ("head", moved(tensors, head, 0.05)),
                          ("throughout", moved(tensors, 0, 0.01))):
        save(f"{place}/{name}", changed, "F32", lambda v: v)
    save(place + "/bf16", tensors, "BF16", bfloat16)
    save(place + "/fp16", tensors, "F16", lambda v: v.astype(numpy.float16))


main()
