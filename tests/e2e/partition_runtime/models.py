# SPDX-License-Identifier: Apache-2.0
"""Small models of the kinds that are hard to cut, and what is to be tried with them."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT
random = np.random.default_rng(7)


def info(name, shape, kind=FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def weights(name, *shape):
    return numpy_helper.from_array(random.standard_normal(shape).astype(np.float32) * 0.3, name)


def ints(name, values):
    return numpy_helper.from_array(np.array(values, np.int64), name)


def model(nodes, inputs, outputs, initializers=(), opset=13, ir=8, **more):
    graph = helper.make_graph(nodes, "test", inputs, outputs, list(initializers))
    opsets = [helper.make_opsetid("", opset)] + more.pop("opsets", [])
    return helper.make_model(graph, opset_imports=opsets, ir_version=ir, **more)


def node(kind, inputs, outputs, **attributes):
    return helper.make_node(kind, inputs, outputs, **attributes)


def conv(x, w, y, b=None):
    inputs = [x, w] + ([b] if b else [])
    return node("Conv", inputs, [y], kernel_shape=[3, 3], pads=[1, 1, 1, 1])


def chain():
    nodes = [
        conv("x", "w1", "a", "b1"),
        node("Relu", ["a"], ["b"]),
        node("MaxPool", ["b"], ["c"], kernel_shape=[2, 2], strides=[2, 2]),
        conv("c", "w2", "d"),
        node("Sigmoid", ["d"], ["e"]),
        node("Flatten", ["e"], ["f"]),
        node("Gemm", ["f", "w3"], ["g"]),
        node("Softmax", ["g"], ["y"]),
    ]
    tensors = [weights("w1", 4, 3, 3, 3), weights("b1", 4), weights("w2", 2, 4, 3, 3),
               weights("w3", 2 * 4 * 4, 5)]
    return model(nodes, [info("x", [1, 3, 8, 8])], [info("y", [1, 5])], tensors)


def multi_input():
    nodes = [
        node("MatMul", ["x", "w1"], ["a"]),
        node("Tanh", ["a"], ["b"]),
        node("MatMul", ["z", "w2"], ["c"]),
        node("Add", ["b", "c"], ["d"]),
        node("Elu", ["d"], ["e"]),
        node("MatMul", ["e", "w1"], ["y"]),
    ]
    tensors = [weights("w1", 6, 6), weights("w2", 4, 6)]
    return model(nodes, [info("x", [2, 6]), info("z", [2, 4])], [info("y", [2, 6])], tensors)


def multi_output():
    nodes = [
        node("MatMul", ["x", "w1"], ["a"]),
        node("Tanh", ["a"], ["b"]),
        node("MatMul", ["b", "w2"], ["scores"]),
        node("MatMul", ["b", "w3"], ["c"]),
        node("Tanh", ["c"], ["d"]),
        node("MatMul", ["d", "w4"], ["boxes"]),
    ]
    tensors = [weights("w1", 6, 8), weights("w2", 8, 2), weights("w3", 8, 5), weights("w4", 5, 4)]
    return model(nodes, [info("x", [3, 6])], [info("scores", [3, 2]), info("boxes", [3, 4])],
                 tensors)


def residual():
    """A skip connection over the whole model: no single tensor separates it."""
    nodes = [
        node("MatMul", ["x", "w1"], ["a"]),
        node("Tanh", ["a"], ["b"]),
        node("MatMul", ["b", "w2"], ["c"]),
        node("Tanh", ["c"], ["d"]),
        node("Add", ["d", "x"], ["y"]),
    ]
    return model(nodes, [info("x", [2, 6])], [info("y", [2, 6])],
                 [weights("w1", 6, 3), weights("w2", 3, 6)])


def residual_blocks():
    nodes, tensors, last = [], [], "x"
    for i in range(4):
        nodes += [
            conv(last, f"w{i}", f"c{i}"),
            node("Relu", [f"c{i}"], [f"r{i}"]),
            conv(f"r{i}", f"v{i}", f"d{i}"),
            node("Add", [f"d{i}", last], [f"s{i}"]),
        ]
        tensors += [weights(f"w{i}", 2, 2, 3, 3), weights(f"v{i}", 2, 2, 3, 3)]
        last = f"s{i}"
    nodes.append(node("GlobalAveragePool", [last], ["y"]))
    return model(nodes, [info("x", [1, 2, 6, 6])], [info("y", [1, 2, 1, 1])], tensors)


def branches(captured):
    """An If whose branches read a tensor from outside."""
    def branch(name, kind, second):
        return helper.make_graph([node(kind, [captured, second], [name + "_y"])], name, [],
                                 [info(name + "_y", [2, 6])])

    nodes = [
        node("MatMul", ["x", "w"], ["a"]),
        node("Tanh", ["a"], ["b"]),
        node("ReduceSum", ["b"], ["sum"], keepdims=0),
        node("Greater", ["sum", "zero"], ["positive"]),
        node("If", ["positive"], ["c"], then_branch=branch("then", "Add", "w0"),
             else_branch=branch("else", "Sub", "w0")),
        node("Tanh", ["c"], ["d"]),
        node("MatMul", ["d", "w"], ["y"]),
    ]
    tensors = [weights("w", 6, 6), weights("w0", 2, 6),
               numpy_helper.from_array(np.array(0, np.float32), "zero")]
    return model(nodes, [info("x", [2, 6])], [info("y", [2, 6])], tensors)


def loop():
    """A Loop that captures a tensor and a constant."""
    body = helper.make_graph(
        [node("Add", ["v_in", "b"], ["t"]), node("Mul", ["t", "half"], ["v_out"]),
         node("Identity", ["go_in"], ["go_out"])],
        "body",
        [info("i", [], TensorProto.INT64), info("go_in", [], TensorProto.BOOL),
         info("v_in", [2, 6])],
        [info("go_out", [], TensorProto.BOOL), info("v_out", [2, 6])])
    nodes = [
        node("MatMul", ["x", "w"], ["a"]),
        node("Tanh", ["a"], ["b"]),
        node("Loop", ["count", "", "b"], ["c"], body=body),
        node("Tanh", ["c"], ["d"]),
        node("MatMul", ["d", "w"], ["y"]),
    ]
    tensors = [weights("w", 6, 6), numpy_helper.from_array(np.array(3, np.int64), "count"),
               numpy_helper.from_array(np.array(0.5, np.float32), "half")]
    return model(nodes, [info("x", [2, 6])], [info("y", [2, 6])], tensors)


def dynamic():
    """Batch and length are open; the shape is computed in the model."""
    nodes = [
        node("MatMul", ["x", "w"], ["a"]),
        node("Shape", ["a"], ["shape"]),
        node("Tanh", ["a"], ["b"]),
        node("Reshape", ["b", "flat"], ["c"]),
        node("MatMul", ["c", "w"], ["d"]),
        node("Sigmoid", ["d"], ["e"]),
        node("Reshape", ["e", "shape"], ["y"]),
    ]
    return model(nodes, [info("x", ["batch", "length", 6])], [info("y", ["batch", "length", 6])],
                 [weights("w", 6, 6), ints("flat", [-1, 6])])


def old_format():
    """Format version 3: initializers are inputs as well."""
    made = chain()
    made.ir_version = 3
    del made.opset_import[:]
    made.opset_import.append(helper.make_opsetid("", 8))
    for tensor in made.graph.initializer:
        made.graph.input.append(info(tensor.name, list(tensor.dims)))
    gemm = next(n for n in made.graph.node if n.op_type == "Gemm")
    gemm.input.append("b3")  # not optional in that version
    made.graph.initializer.append(weights("b3", 5))
    made.graph.input.append(info("b3", [5]))
    return made


def optional_inputs():
    nodes = [
        node("Resize", ["x", "", "scales"], ["a"], mode="nearest"),
        node("Clip", ["a", "", "one"], ["b"]),
        node("Dropout", ["b"], ["c", ""]),
        node("Tanh", ["c"], ["d"]),
        node("Clip", ["d", "zero", ""], ["y"]),
    ]
    tensors = [numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), "scales"),
               numpy_helper.from_array(np.array(1, np.float32), "one"),
               numpy_helper.from_array(np.array(0, np.float32), "zero")]
    return model(nodes, [info("x", [1, 2, 3, 3])], [info("y", [1, 2, 6, 6])], tensors)


def shared_constants():
    """A computed constant and an initializer that both sides need."""
    nodes = [
        node("Constant", [], ["k"], value=numpy_helper.from_array(np.ones((6, 6), np.float32))),
        node("Add", ["w", "k"], ["wk"]),
        node("MatMul", ["x", "wk"], ["a"]),
        node("Tanh", ["a"], ["b"]),
        node("MatMul", ["b", "wk"], ["y"]),
    ]
    return model(nodes, [info("x", [2, 6])], [info("y", [2, 6])], [weights("w", 6, 6)])


def functions():
    own = helper.make_function(
        "own", "TanhTwice", ["p"], ["q"],
        [node("Tanh", ["p"], ["m"]), helper.make_node("Once", ["m"], ["q"], domain="own")],
        [helper.make_opsetid("", 13), helper.make_opsetid("own", 1)])
    once = helper.make_function("own", "Once", ["p"], ["q"], [node("Tanh", ["p"], ["q"])],
                                [helper.make_opsetid("", 13)])
    nodes = [
        node("MatMul", ["x", "w"], ["a"]),
        helper.make_node("TanhTwice", ["a"], ["b"], domain="own"),
        node("MatMul", ["b", "w"], ["c"]),
        node("Sigmoid", ["c"], ["y"]),
    ]
    return model(nodes, [info("x", [2, 6])], [info("y", [2, 6])], [weights("w", 6, 6)],
                 opsets=[helper.make_opsetid("own", 1)], functions=[own, once])


def newest():
    """An operator set and a format version that the library does not know."""
    nodes = [
        node("MatMul", ["x", "w"], ["a"]),
        node("Gelu", ["a"], ["b"]),
        node("MatMul", ["b", "w"], ["c"]),
        node("Mish", ["c"], ["y"]),
    ]
    return model(nodes, [info("x", [2, 6])], [info("y", [2, 6])], [weights("w", 6, 6)], opset=21,
                 ir=10)


def half_precision():
    nodes = [
        node("Cast", ["x"], ["h"], to=TensorProto.FLOAT16),
        node("Tanh", ["h"], ["i"]),
        node("Cast", ["i"], ["f"], to=FLOAT),
        node("Tanh", ["f"], ["y"]),
    ]
    return model(nodes, [info("x", [2, 6])], [info("y", [2, 6])])


def early_exits(count):
    nodes, tensors, last = [], [], "x"
    for i in range(count + 1):
        nodes += [
            node("MatMul", [last, f"w{i}"], [f"a{i}"]),
            node("Tanh", [f"a{i}"], [f"b{i}"]),
            node("MatMul", [f"b{i}", f"v{i}"], [f"exit{i}"]),
        ]
        tensors += [weights(f"w{i}", 6, 6), weights(f"v{i}", 6, 3)]
        last = f"b{i}"
    outputs = [info(f"exit{i}", [2, 3]) for i in range(count + 1)]
    return model(nodes, [info("x", [2, 6])], outputs, tensors)


def large():
    """Tensors above the size that stays in memory, as raw data and as lists of numbers."""
    typed = helper.make_tensor("w1", FLOAT, [64, 64], random.standard_normal(64 * 64) * 0.1)
    nodes = [
        node("MatMul", ["x", "w0"], ["a"]),
        node("Tanh", ["a"], ["b"]),
        node("MatMul", ["b", "w1"], ["c"]),
        node("Constant", [], ["w2"], value=weights("value", 64, 64)),
        node("MatMul", ["c", "w2"], ["d"]),
        node("Gather", ["d", "rows"], ["y"], axis=0),
    ]
    rows = helper.make_tensor("rows", TensorProto.INT64, [4096], [i % 3 for i in range(4096)])
    return model(nodes, [info("x", [3, 64])], [info("y", [4096, 64])],
                 [weights("w0", 64, 64), typed, rows])


# Name, model, options, fewest cuts that are to be found and tried.
CASES = [
    ("chain", chain(), [], 5),
    ("multi_input", multi_input(), [], 2),
    ("multi_input_sets", multi_input(), ["--max_tensors", "3"], 4),
    ("multi_output", multi_output(), [], 2),
    ("multi_output_sets", multi_output(), ["--max_tensors", "3"], 4),
    ("residual", residual(), ["--max_tensors", "2"], 3),
    ("residual_blocks", residual_blocks(), ["--max_tensors", "2", "--rank", "bytes"], 12),
    ("if", branches("b"), [], 3),
    ("if_far", branches("a"), ["--max_tensors", "3"], 4),
    ("loop", loop(), [], 2),
    ("dynamic", dynamic(), ["--max_tensors", "2"], 4),
    ("dynamic_sized", dynamic(), ["--max_tensors", "2", "--input_shape", "x=2,5,6"], 4),
    ("old_format", old_format(), [], 5),
    ("optional_inputs", optional_inputs(), [], 3),
    ("shared_constants", shared_constants(), [], 2),
    ("functions", functions(), [], 1),
    ("newest", newest(), [], 1),
    ("half_precision", half_precision(), ["--rank", "bytes"], 3),
    ("large", large(), [], 4),
    ("large_external", large(), ["--embed_limit", "1000"], 4),
]


def save_external(made, path):
    """With its tensors in a file of their own."""
    onnx.save_model(made, path, save_as_external_data=True, all_tensors_to_one_file=True,
                    location="tensors.bin", size_threshold=100, convert_attribute=False)
