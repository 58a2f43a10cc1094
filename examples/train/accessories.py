# SPDX-License-Identifier: Apache-2.0
"""Filters and classifiers for the examples degraded_performance and early_exits.

The filters tell faces from other windows. The classifiers tell what a face wears: nothing, a
mask, sunglasses, or both. All take grey windows of 25 x 25.
"""

import csv

import numpy as np

import data
import nn
from classifiers import run_training
from export import Graph

FILTER_CLASSES = ["background", "face"]
WORN = ["plain", "mask", "sunglasses", "both"]
EXIT_LIMIT = 0.9  # the condition function of examples/early_exits uses the same value


def dress(rng, face, label):
    """The face with the accessories of the class painted on."""
    if WORN[label] in ("mask", "both"):
        face = data.paint_mask(rng, face)
    if WORN[label] in ("sunglasses", "both"):
        face = data.paint_sunglasses(rng, face)
    return face


def face_window(rng, faces, label):
    face = dress(rng, faces[rng.integers(len(faces))], label)
    return data.light(rng, data.warp(rng, face, shift=2.5))


def background_window(rng, faces, others, pictures):
    kind = rng.random()
    if kind < 0.4 or not pictures:
        return data.light(rng, data.warp(rng, others[rng.integers(len(others))], shift=4))
    if kind < 0.7:
        return data.light(rng, data.off_centre(rng, faces[rng.integers(len(faces))]))
    return data.light(rng, data.random_crop(rng, pictures[rng.integers(len(pictures))]))


def worn_batch(rng, faces, count):
    labels = np.arange(count) % len(WORN)
    return np.stack([face_window(rng, faces, k) for k in labels])[:, None], labels


def filter_batch(rng, faces, others, pictures, count):
    labels = np.arange(count) % 2
    windows = [
        (
            face_window(rng, faces, rng.integers(len(WORN)))
            if k
            else background_window(rng, faces, others, pictures)
        )
        for k in labels
    ]
    return np.stack(windows)[:, None], labels


def probabilities(layers, windows):
    return np.concatenate(
        [
            nn.softmax(nn.forward(layers, windows[i : i + 100])[:, :, 0, 0])
            for i in range(0, len(windows), 100)
        ]
    )


def confusion(predicted, labels, classes):
    """Rows: true class, columns: predicted class, as shares of all samples."""
    matrix = np.zeros((classes, classes))
    np.add.at(matrix, (labels, predicted), 1)
    return matrix / matrix.sum()


def save_performance(folder, matrix, names):
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "confusion_matrix.npy", matrix)
    with open(folder / "class_names_dictionary.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["", "class", "index"])
        writer.writerows([i, name, i] for i, name in enumerate(names))


def small_network(rng, classes, width):
    """Few channels, and a first step that sees the window coarsely: quick and weak."""
    return [
        nn.Conv(rng, 1, 6, 4, 3),
        nn.Relu(),
        nn.Conv(rng, 6, width, 8),
        nn.Relu(),
        nn.Conv(rng, width, classes, 1),
    ]


def full_network(rng, classes):
    return [
        nn.Conv(rng, 1, 16, 5, 2),
        nn.Relu(),
        nn.Conv(rng, 16, 24, 3, 2),
        nn.Relu(),
        nn.Dropout(rng, 0.2),
        nn.Conv(rng, 24, 48, 5),
        nn.Relu(),
        nn.Dropout(rng, 0.3),
        nn.Conv(rng, 48, classes, 1),
    ]


def train_degraded(out, faces, held_faces, others, held_others, pictures, log):
    """Two filters and two classifiers, with confusion matrices measured on held-out patches."""
    rng = np.random.default_rng(41)
    tests = {
        "filter": filter_batch(rng, held_faces, held_others, [], 800),
        "classifier": worn_batch(rng, held_faces, 800),
    }
    for name, classes, small, seed in (
        ("filter", FILTER_CLASSES, False, 42),
        ("filter_small", FILTER_CLASSES, True, 43),
        ("classifier", WORN, False, 44),
        ("classifier_small", WORN, True, 45),
    ):
        rng = np.random.default_rng(seed)
        layers = small_network(rng, len(classes), 8) if small else full_network(rng, len(classes))
        kind = name.split("_")[0]
        if kind == "filter":
            run_training(
                layers,
                lambda: filter_batch(rng, faces, others, pictures, 64),
                800 if small else 1500,
            )
        else:
            run_training(layers, lambda: worn_batch(rng, faces, 64), 800 if small else 1500)
        windows, labels = tests[kind]
        matrix = confusion(probabilities(layers, windows).argmax(1), labels, len(classes))
        folder = out / "degraded_performance/src" / name
        save_performance(folder / "classification_performance", matrix, classes)
        export(layers, folder / "onnx" / f"{name}.onnx", name, len(classes))
        passed = f", passes {matrix[:, 1].sum():.4f}" if kind == "filter" else ""
        share = f"{np.trace(matrix):.1%} of {len(labels)} held-out windows right"
        log(f"degraded_performance/{name}: {share}{passed}")


def export(layers, path, name, classes):
    path.parent.mkdir(parents=True, exist_ok=True)
    graph = Graph()
    graph.classes(graph.layers("window", layers, name), "probabilities")
    graph.write(path, name, "window", [1, 1, 25, 25], [("probabilities", [1, classes])])


# --- a classifier with two early exits ---------------------------------------------------


def exits_network(rng):
    """Three blocks in a row, and one head after each."""
    classes = len(WORN)
    blocks = [
        [nn.Conv(rng, 1, 12, 5, 2), nn.Relu()],
        [nn.Conv(rng, 12, 24, 3, 2), nn.Relu()],
        [nn.Conv(rng, 24, 48, 3), nn.Relu(), nn.Dropout(rng, 0.2)],
    ]
    heads = [
        [nn.Conv(rng, 12, classes, 11)],
        [nn.Conv(rng, 24, classes, 5)],
        [nn.Conv(rng, 48, 64, 3), nn.Relu(), nn.Dropout(rng, 0.3), nn.Conv(rng, 64, classes, 1)],
    ]
    return blocks, heads


def exits_forward(blocks, heads, x):
    logits = []
    for block, head in zip(blocks, heads):
        x = nn.forward(block, x)
        logits.append(nn.forward(head, x))
    return logits


def train_exits(out, faces, held_faces, log):
    """Trains all exits together; measures accuracy and how often each exit is not taken."""
    rng = np.random.default_rng(50)
    blocks, heads = exits_network(rng)
    everything = [layer for part in blocks + heads for layer in part]
    adam = nn.Adam(everything, 2e-3)
    nn.set_training(everything, True)
    steps = 2500
    for step in range(steps):
        windows, labels = worn_batch(rng, faces, 64)
        grads = [
            nn.softmax_loss(logits, labels)[1] for logits in exits_forward(blocks, heads, windows)
        ]
        grad = 0
        for block, head, own in reversed(list(zip(blocks, heads, grads))):
            grad = nn.backward(block, grad + nn.backward(head, own))
        adam.step(0.5 * (1 + np.cos(np.pi * step / steps)) + 0.01)
    nn.set_training(everything, False)
    measure_exits(blocks, heads, held_faces, log)
    export_exits(blocks, heads, out / "early_exits/src/classifier/onnx")


def measure_exits(blocks, heads, held_faces, log):
    windows, labels = worn_batch(np.random.default_rng(51), held_faces, 1000)
    left = np.arange(len(labels))
    right = 0
    scores = [nn.softmax(logits[:, :, 0, 0]) for logits in exits_forward(blocks, heads, windows)]
    for number, p in enumerate(scores, 1):
        correct = p.argmax(1) == labels
        text = f"early_exits/exit {number}: alone {correct.mean():.1%} right"
        taken = left if number == len(scores) else left[p[left].max(1) >= EXIT_LIMIT]
        rest = np.setdiff1d(left, taken)
        right += correct[taken].sum()
        log(
            f"{text}; taken by {len(taken)} of {len(left)}, {correct[taken].mean():.1%} of them "
            f"right, not taken {len(rest) / len(left):.3f}"
        )
        left = rest
    share = f"{right / len(labels):.1%} of {len(labels)} held-out windows right"
    log(f"early_exits with exits at {EXIT_LIMIT}: {share}")


def export_exits(blocks, heads, folder):
    folder.mkdir(parents=True, exist_ok=True)
    graph, source, outputs = Graph(), "window", []
    for number, (block, head) in enumerate(zip(blocks, heads), 1):
        source = graph.layers(source, block, f"block{number}", last=f"block{number}")
        name = f"exit{number}" if number < len(blocks) else "final"
        graph.classes(graph.layers(source, head, name), name)
        outputs.append((name, [1, len(WORN)]))
    graph.write(folder / "classifier.onnx", "classifier", "window", [1, 1, 25, 25], outputs)
    rows = "".join(f"exit{n},['block{n}'],['exit{n}']\n" for n in range(1, len(blocks)))
    (folder / "early_exits.csv").write_text("exits,input_nodes,output_nodes\n" + rows)
