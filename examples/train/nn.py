# SPDX-License-Identifier: Apache-2.0
"""A very small neural network library on numpy: enough to train the example models.

Networks are lists of layers. Tensors are (batch, channels, height, width), float32.
Convolutions use no padding, so that a network trained on one window gives, on a larger
picture, exactly the same value for each window.
"""

import numpy as np


class Conv:
    """Convolution without padding."""

    def __init__(self, rng, inputs, outputs, size, stride=1):
        self.size, self.stride = size, stride
        self.needs_input_grad = inputs > 3  # the first layer, on grey or BGR pictures, needs none
        scale = np.sqrt(2.0 / (inputs * size * size))
        self.weight = (rng.standard_normal((outputs, inputs, size, size)) * scale).astype("f4")
        self.bias = np.zeros(outputs, "f4")
        self.grads = [np.zeros_like(self.weight), np.zeros_like(self.bias)]

    def params(self):
        return [self.weight, self.bias]

    def forward(self, x):
        k, s = self.size, self.stride
        view = np.lib.stride_tricks.sliding_window_view(x, (k, k), axis=(2, 3))[:, :, ::s, ::s]
        b, c, h, w = view.shape[:4]
        self.shape = x.shape
        self.columns = np.ascontiguousarray(view.transpose(0, 2, 3, 1, 4, 5)).reshape(-1, c * k * k)
        out = self.columns @ self.weight.reshape(len(self.bias), -1).T + self.bias
        return out.reshape(b, h, w, -1).transpose(0, 3, 1, 2)

    def backward(self, grad):
        b, o, h, w = grad.shape
        k, s = self.size, self.stride
        flat = np.ascontiguousarray(grad.transpose(0, 2, 3, 1)).reshape(-1, o)
        self.grads[0] += (flat.T @ self.columns).reshape(self.weight.shape)
        self.grads[1] += flat.sum(0)
        if not self.needs_input_grad:
            return None
        patches = (flat @ self.weight.reshape(o, -1)).reshape(b, h, w, self.shape[1], k, k)
        result = np.zeros(self.shape, "f4")
        for i in range(k):
            for j in range(k):
                result[:, :, i : i + s * h : s, j : j + s * w : s] += patches[..., i, j].transpose(
                    0, 3, 1, 2
                )
        return result


class Relu:
    def params(self):
        return []

    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


class Dropout:
    """Drops whole values while training; absent from the exported model."""

    def __init__(self, rng, rate):
        self.rng, self.rate, self.active = rng, rate, False

    def params(self):
        return []

    def forward(self, x):
        if not self.active:
            return x
        self.mask = (self.rng.random(x.shape) >= self.rate).astype("f4") / (1 - self.rate)
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask


def set_training(layers, active):
    for layer in layers:
        if isinstance(layer, Dropout):
            layer.active = active


def forward(layers, x):
    for layer in layers:
        x = layer.forward(x)
    return x


def backward(layers, grad):
    for layer in reversed(layers):
        grad = layer.backward(grad)
    return grad


def softmax(logits):
    e = np.exp(logits - logits.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def softmax_loss(logits, labels):
    """Mean cross entropy and its gradient; logits are (batch, classes, 1, 1)."""
    p = softmax(logits[:, :, 0, 0])
    rows = np.arange(len(labels))
    loss = -np.log(p[rows, labels] + 1e-12).mean()
    p[rows, labels] -= 1
    return loss, (p / len(labels)).astype("f4")[:, :, None, None]


def sigmoid_loss(logits, labels):
    """Mean binary cross entropy and its gradient; logits are (batch, 1, 1, 1)."""
    z = logits[:, 0, 0, 0]
    p = 0.5 * (1 + np.tanh(0.5 * z))
    loss = (np.logaddexp(0, z) - labels * z).mean()
    return loss, ((p - labels) / len(labels)).astype("f4")[:, None, None, None]


class Adam:
    def __init__(self, layers, rate, decay=1e-4):
        self.layers = [layer for layer in layers if layer.params()]
        self.rate, self.decay, self.step_number = rate, decay, 0
        self.moments = [
            [(np.zeros_like(p), np.zeros_like(p)) for p in layer.params()] for layer in self.layers
        ]

    def step(self, factor=1.0):
        """One update, then the gradients are cleared; `factor` scales the learning rate."""
        self.step_number += 1
        t = self.step_number
        rate = self.rate * factor * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        for layer, moments in zip(self.layers, self.moments):
            for p, g, (m, v) in zip(layer.params(), layer.grads, moments):
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                p -= rate * m / (np.sqrt(v) + 1e-8) + self.rate * factor * self.decay * p
                p[...] = p.astype("f4")
                g[...] = 0
