// SPDX-License-Identifier: Apache-2.0
#include "aisprint/partition/verify.hpp"

#include "aisprint/base/process.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace aisprint::partition {

namespace {

/// Exit code of the script when the interpreter has no runtime.
constexpr int k_no_runtime = 3;

// Prints one JSON object. Takes runs, seed, a JSON list of [name, type, shape] and the files.
constexpr const char* k_script = R"python(
import json
import sys

try:
    import numpy as np
    import onnxruntime as ort
except ImportError as error:
    print(error, file=sys.stderr)
    sys.exit(3)


def session(path):
    options = ort.SessionOptions()
    options.log_severity_level = 3
    # The same arithmetic for the whole and for its segments: optimisations across a cut differ.
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    return ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def values(random, kind, shape):
    if kind == "bool":
        return random.integers(0, 2, shape).astype(bool)
    if kind.startswith(("int", "uint")):
        return random.integers(0, 10, shape).astype(kind)
    if kind == "string":
        return random.integers(0, 10, shape).astype(str).astype(object)
    return random.standard_normal(shape).astype(kind)


def difference(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape or a.dtype != b.dtype:
        return float("inf"), 0.0
    if a.size == 0:
        return 0.0, 0.0
    if a.dtype.kind not in "fiub":
        return (0.0 if np.array_equal(a, b) else float("inf")), 0.0
    a, b = a.astype(np.float64), b.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    gap = np.where(same, 0.0, np.abs(np.where(same, 0.0, a) - np.where(same, 0.0, b)))
    gap = np.where(np.isnan(gap), np.inf, gap)
    finite = np.abs(a[np.isfinite(a)])
    return float(gap.max()), float(finite.max()) if finite.size else 0.0


def flat(value):
    return [item for part in value for item in flat(part)] if isinstance(value, list) else [value]


runs, seed, inputs = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
whole, segments = session(sys.argv[4]), [session(path) for path in sys.argv[5:]]
random = np.random.default_rng(seed)
found = {}
for _ in range(runs):
    feed = {name: values(random, kind, shape) for name, kind, shape in inputs}
    names = [output.name for output in whole.get_outputs()]
    expected = dict(zip(names, whole.run(names, feed)))
    known = dict(feed)
    for segment in segments:
        outputs = [output.name for output in segment.get_outputs()]
        needed = {item.name: known[item.name] for item in segment.get_inputs()}
        known.update(zip(outputs, segment.run(outputs, needed)))
    for name in names:
        gap, size = 0.0, 0.0
        left, right = flat(expected[name]), flat(known[name])
        pairs = zip(left, right) if len(left) == len(right) else [(left, None)]
        for a, b in pairs:
            g, s = difference(a, b)
            gap, size = max(gap, g), max(size, s)
        old = found.get(name, (0.0, 0.0))
        found[name] = (max(old[0], gap), max(old[1], size))
print(json.dumps({
    "runtime": "onnxruntime " + ort.__version__,
    "outputs": [[n, str(g), str(s)] for n, (g, s) in found.items()],
}))
)python";

/// The inputs as the script wants them; unknown dimensions are 1.
std::string describe_inputs(const Model& model) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const TensorInfo& input : model.inputs()) {
        nlohmann::ordered_json shape = nlohmann::ordered_json::array();
        for (const std::optional<std::int64_t>& size : input.shape) {
            shape.push_back(size.value_or(1));
        }
        list.push_back({input.name, input.element_type, shape});
    }
    return list.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string last_line(const std::string& text) {
    const std::size_t end = text.find_last_not_of(" \r\n");
    if (end == std::string::npos) {
        return "no reason given";
    }
    const std::size_t line = text.find_last_of('\n', end);
    const std::size_t begin = line == std::string::npos ? 0 : line + 1;
    return text.substr(begin, end + 1 - begin);
}

/// A number as Python prints it: "inf" cannot be written in JSON.
double to_number(const nlohmann::json& text) {
    const std::string value = text.is_string() ? text.get<std::string>() : "inf";
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    return end == value.c_str() ? std::numeric_limits<double>::infinity() : number;
}

Result<Verification> read_answer(const Model& model, const std::string& text) {
    const nlohmann::json answer = nlohmann::json::parse(text, nullptr, false);
    if (!answer.is_object() || !answer.contains("outputs") || !answer.contains("runtime") ||
        !answer["runtime"].is_string() || !answer["outputs"].is_array()) {
        return fail(ErrorKind::input,
                    make_error("PRT021",
                               fmt::format("comparing {} with its segments gave no result",
                                           model.shown_as()),
                               "try it with another Python interpreter"));
    }
    Verification result;
    result.runtime = answer["runtime"].get<std::string>();
    for (const nlohmann::json& row : answer["outputs"]) {
        if (!row.is_array() || row.size() != 3 || !row[0].is_string()) {
            continue;
        }
        OutputDifference output;
        output.name = row[0].get<std::string>();
        output.largest_difference = to_number(row[1]);
        output.largest_value = to_number(row[2]);
        result.largest_difference = std::max(result.largest_difference, output.largest_difference);
        result.outputs.push_back(std::move(output));
    }
    return result;
}

} // namespace

bool Verification::equal_enough() const {
    // A half-precision model rounds to 1 part in 2,048 at every operator.
    constexpr double k_relative = 2e-3;
    constexpr double k_absolute = 1e-6;
    return !runtime.empty() && std::ranges::all_of(outputs, [](const OutputDifference& output) {
        return output.largest_difference <= k_relative * output.largest_value + k_absolute;
    });
}

Result<Verification> verify_segments(const Model& model,
                                     const std::filesystem::path& whole,
                                     const std::vector<std::filesystem::path>& segments,
                                     const VerifyOptions& options) {
    std::vector<std::string> command = {options.python.string(),
                                        "-c",
                                        k_script,
                                        std::to_string(options.runs),
                                        std::to_string(options.seed),
                                        describe_inputs(model),
                                        whole.string()};
    for (const std::filesystem::path& segment : segments) {
        command.push_back(segment.string());
    }
    ProcessRequest request;
    request.command = command;
    AISPRINT_TRY_ASSIGN(const ProcessResult result, run_process(request));
    Verification none;
    if (result.exit_code == k_program_not_found) {
        none.not_done_reason =
            fmt::format("there is no Python interpreter {}", options.python.string());
        return none;
    }
    if (result.exit_code == k_no_runtime) {
        none.not_done_reason = fmt::format("{} has no ONNX runtime ({})", options.python.string(),
                                           last_line(result.standard_error));
        return none;
    }
    if (result.exit_code != 0) {
        return fail(ErrorKind::input,
                    make_error("PRT021",
                               fmt::format("cannot run {} and its segments: {}", model.shown_as(),
                                           last_line(result.standard_error)),
                               "check that the runtime supports the operators of the model"));
    }
    return read_answer(model, result.standard_output);
}

} // namespace aisprint::partition
