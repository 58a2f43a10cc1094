# SPDX-License-Identifier: Apache-2.0
"""Writes networks of nn.py as ONNX models that both ONNX Runtime and OpenCV 4.6 read."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import nn

OPSET = 11
IR_VERSION = 7


class Graph:
    """Collects the nodes and weights of one model."""

    def __init__(self):
        self.nodes, self.weights, self.outputs, self.count = [], [], [], 0

    def add(self, op, source, target, weights=(), **attributes):
        names = []
        for kind, value in weights:
            names.append(f"{target}.{kind}")
            self.weights.append(
                numpy_helper.from_array(np.ascontiguousarray(value, "f4"), names[-1])
            )
        self.nodes.append(
            helper.make_node(op, [source] + names, [target], name=f"{op}_{target}", **attributes)
        )
        return target

    def layers(self, source, layers, prefix, last=None):
        """Adds the layers; the last tensor is named `last`, if given."""
        kept = [layer for layer in layers if not isinstance(layer, nn.Dropout)]
        number = 0
        for layer in kept:
            number += isinstance(layer, nn.Conv)
            kind = "conv" if isinstance(layer, nn.Conv) else "relu"
            name = last if last and layer is kept[-1] else f"{prefix}_{kind}{number}"
            if isinstance(layer, nn.Conv):
                k, s = layer.size, layer.stride
                source = self.add(
                    "Conv",
                    source,
                    name,
                    [("weight", layer.weight), ("bias", layer.bias)],
                    kernel_shape=[k, k],
                    strides=[s, s],
                    pads=[0, 0, 0, 0],
                    dilations=[1, 1],
                    group=1,
                )
            else:
                source = self.add("Relu", source, name)
        return source

    def classes(self, source, name):
        """Class probabilities (1 x classes) as an output, from logits 1 x classes x 1 x 1."""
        self.add("Flatten", source, f"{name}_logits", axis=1)
        self.add("Softmax", f"{name}_logits", name, axis=1)
        return name

    def write(self, path, name, input_name, input_shape, outputs):
        """Check and write the model; `outputs` are pairs of name and shape."""
        value = helper.make_tensor_value_info
        graph = helper.make_graph(
            self.nodes,
            name,
            [value(input_name, TensorProto.FLOAT, input_shape)],
            [value(o, TensorProto.FLOAT, shape) for o, shape in outputs],
            self.weights,
        )
        model = helper.make_model(
            graph, producer_name="aisprint-examples", opset_imports=[helper.make_opsetid("", OPSET)]
        )
        model.ir_version = IR_VERSION
        onnx.checker.check_model(
            onnx.shape_inference.infer_shapes(model, strict_mode=True), full_check=True
        )
        with open(path, "wb") as file:
            file.write(model.SerializeToString(deterministic=True))
