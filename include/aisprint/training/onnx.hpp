// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace aisprint::training {

/// A model file (as train() makes it) as an ONNX model: IR version 8, opset 15, ai.onnx.ml 3. One
/// input of shape [rows, 1] for each input of the model, of that name: doubles, or texts where the
/// model has categories; one output of that shape, named as the target. It computes what
/// perf::Model does, with inputs clamped unless the model allows extrapolation; the regression
/// itself in single precision, so it is for interchange. A model without inputs gives one value.
/// Fails (input, TRN064) if a number is too large for single precision.
[[nodiscard]] Result<std::string> to_onnx(const nlohmann::ordered_json& model);

} // namespace aisprint::training
