// SPDX-License-Identifier: Apache-2.0
#include "aisprint/partition/model.hpp"

#include "adapter_onnx.hpp"
#include "model_impl.hpp"
#include "tensor_info.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

namespace aisprint::partition {

namespace {

using Id = GraphIndex::Id;

std::vector<std::string> real_input_names(const onnx::GraphProto& graph) {
    std::set<std::string_view> initializers;
    for (const onnx::TensorProto& tensor : graph.initializer()) {
        initializers.insert(tensor.name());
    }
    for (const onnx::SparseTensorProto& tensor : graph.sparse_initializer()) {
        initializers.insert(tensor.values().name());
    }
    std::vector<std::string> names;
    for (const onnx::ValueInfoProto& input : graph.input()) {
        if (!initializers.contains(input.name())) {
            names.push_back(input.name());
        }
    }
    return names;
}

Diagnostic make_note(std::string code, std::string message, std::string hint) {
    Diagnostic note = make_error(std::move(code), std::move(message), std::move(hint));
    note.severity = Severity::note;
    return note;
}

/// Reads a model file, step by step.
class Loader {
public:
    Loader(std::unique_ptr<Model::Impl> impl, const LoadOptions& options, Reporter& reporter)
        : m_impl(std::move(impl)), m_options(options), m_reporter(reporter) {}

    Result<Model> run() {
        AISPRINT_TRY(parse());
        AISPRINT_TRY(check());
        onnx::ModelProto sized;
        AISPRINT_TRY(set_input_shapes(sized));
        infer(m_impl->proto);
        if (!m_options.input_shapes.empty()) {
            infer(sized);
        }
        AISPRINT_TRY_ASSIGN(m_impl->graph, index_graph(m_impl->proto.graph(), shown_as()));
        collect_value_infos();
        collect_infos(m_options.input_shapes.empty() ? m_impl->proto.graph() : sized.graph());
        count_parameters();
        note_assumptions();
        return Model(std::move(m_impl));
    }

private:
    [[nodiscard]] const std::string& shown_as() const { return m_impl->store.shown_as(); }

    Result<void> parse() {
        const auto not_a_model = [this](const std::string& what) {
            return fail(ErrorKind::input,
                        make_error("PRT002",
                                   fmt::format("{} is not an ONNX model: {}", shown_as(), what),
                                   "name a file that an ONNX exporter has written"));
        };
        if (m_impl->store.model_file().size() == 0) {
            return not_a_model("the file is empty");
        }
        AISPRINT_TRY_ASSIGN(const std::string reduced, read_reduced_model(m_impl->store));
        if (!parse_model(reduced, m_impl->proto)) {
            return not_a_model("its contents are not those of a model");
        }
        if (!m_impl->proto.has_graph() || m_impl->proto.graph().node_size() == 0) {
            return not_a_model("it has no nodes");
        }
        return {};
    }

    Result<void> check() {
        if (const std::string reason = find_bad_divisor(m_impl->proto); !reason.empty()) {
            return invalid(reason);
        }
        const std::string newer = newer_than_library(m_impl->proto);
        if (!newer.empty()) {
            m_impl->assumptions.push_back(
                fmt::format("the model was not checked against the operators' rules, since it has "
                            "{}",
                            newer));
            m_reporter.report(make_note(
                "PRT011", fmt::format("{}: {}", shown_as(), m_impl->assumptions.back()), ""));
            return {};
        }
        const std::string reason = check_model(m_impl->proto);
        if (!reason.empty()) {
            return invalid(reason);
        }
        m_impl->checked = true;
        return {};
    }

    [[nodiscard]] tl::unexpected<Failure> invalid(const std::string& reason) const {
        return fail(ErrorKind::input,
                    make_error("PRT003",
                               fmt::format("{} is not a valid model: {}", shown_as(), reason),
                               "correct and export the model again"));
    }

    /// Makes the copy of the model that has the sizes of the user, if there are any.
    Result<void> set_input_shapes(onnx::ModelProto& sized) {
        if (m_options.input_shapes.empty()) {
            return {};
        }
        sized = m_impl->proto;
        std::vector<Diagnostic> errors;
        const std::vector<std::string> names = real_input_names(sized.graph());
        for (const auto& [name, shape] : m_options.input_shapes) {
            if (std::ranges::find(names, name) == names.end()) {
                errors.push_back(
                    make_error("PRT006", fmt::format("{} has no input \"{}\"", shown_as(), name),
                               fmt::format("name one of its inputs: {}", fmt::join(names, ", "))));
            }
        }
        for (onnx::ValueInfoProto& input : *sized.mutable_graph()->mutable_input()) {
            const auto given = m_options.input_shapes.find(input.name());
            if (given != m_options.input_shapes.end()) {
                set_shape(input, given->second, errors);
            }
        }
        // What the file says of sizes further on was said for open inputs.
        for (onnx::ValueInfoProto& output : *sized.mutable_graph()->mutable_output()) {
            if (output.type().has_tensor_type()) {
                output.mutable_type()->mutable_tensor_type()->clear_shape();
            }
        }
        if (!errors.empty()) {
            return fail(ErrorKind::usage, std::move(errors));
        }
        return {};
    }

    void set_shape(onnx::ValueInfoProto& input,
                   const std::vector<std::int64_t>& shape,
                   std::vector<Diagnostic>& errors) const {
        const TensorInfo info = make_tensor_info(input.name(), input.type());
        bool fits = input.type().has_tensor_type() &&
                    std::ranges::all_of(shape, [](std::int64_t size) { return size > 0; });
        if (fits && info.knowledge != ShapeKnowledge::none) {
            fits = info.shape.size() == shape.size();
            for (std::size_t i = 0; fits && i < shape.size(); ++i) {
                fits = !info.shape[i] || *info.shape[i] == shape[i];
            }
        }
        if (!fits) {
            errors.push_back(make_error(
                "PRT006",
                fmt::format("the shape {} does not fit input \"{}\" of {}, which is {}",
                            fmt::join(shape, "x"), input.name(), shown_as(), to_string(info)),
                "give one positive size per dimension and keep the sizes that are known"));
            return;
        }
        onnx::TensorShapeProto& target =
            *input.mutable_type()->mutable_tensor_type()->mutable_shape();
        target.clear_dim();
        for (const std::int64_t size : shape) {
            target.add_dim()->set_dim_value(size);
        }
    }

    void infer(onnx::ModelProto& model) {
        const std::string reason = infer_shapes(model);
        if (!reason.empty()) {
            m_impl->assumptions.push_back(
                fmt::format("some shapes are unknown, since shape inference stopped: {}", reason));
            m_reporter.report(as_warning(
                make_error("PRT010", fmt::format("{}: {}", shown_as(), m_impl->assumptions.back()),
                           "compare the shapes that the model declares with what it computes")));
        }
    }

    /// Inputs and outputs win over the list, the first of equal names over later ones.
    void collect_value_infos() {
        const onnx::GraphProto& graph = m_impl->proto.graph();
        for (const auto* list : {&graph.input(), &graph.output(), &graph.value_info()}) {
            for (const onnx::ValueInfoProto& info : *list) {
                m_impl->value_infos.emplace(info.name(), &info);
            }
        }
    }

    void collect_infos(const onnx::GraphProto& graph) {
        const GraphIndex& index = m_impl->graph;
        std::vector<TensorInfo>& infos = m_impl->infos;
        infos.resize(index.tensors.size());
        std::vector<bool> known(infos.size(), false);
        const auto take = [&](TensorInfo info) {
            Id id = 0;
            if (!index.find(info.name, id) || known[id]) {
                return;
            }
            known[id] = true;
            infos[id] = std::move(info);
        };
        for (const onnx::TensorProto& tensor : graph.initializer()) {
            take(make_tensor_info(tensor));
        }
        for (const onnx::ValueInfoProto& info : graph.value_info()) {
            Id id = 0;
            if (index.find(info.name(), id) && !known[id] &&
                index.tensors[id].origin == GraphIndex::Origin::node) {
                m_impl->listed.push_back(id);
                take(make_tensor_info(info.name(), info.type()));
            }
        }
        for (const auto* list : {&graph.input(), &graph.output()}) {
            for (const onnx::ValueInfoProto& info : *list) {
                take(make_tensor_info(info.name(), info.type()));
            }
        }
        for (std::size_t id = 0; id < infos.size(); ++id) {
            const GraphIndex::Tensor& tensor = index.tensors[id];
            infos[id].name = tensor.name;
            if (tensor.origin == GraphIndex::Origin::node) {
                infos[id].producer = graph.node(static_cast<int>(tensor.producer)).op_type();
            }
        }
    }

    void count_parameters() {
        const auto count = [this](const onnx::TensorProto& tensor) {
            const TensorInfo info = make_tensor_info(tensor);
            m_impl->parameters = saturating_sum(m_impl->parameters, info.known_elements);
            m_impl->parameter_bytes = saturating_sum(m_impl->parameter_bytes, info.bytes);
        };
        std::ranges::for_each(m_impl->proto.graph().initializer(), count);
        for (const onnx::SparseTensorProto& tensor : m_impl->proto.graph().sparse_initializer()) {
            count(tensor.values());
        }
    }

    void note_assumptions() {
        for (const Id id : m_impl->graph.inputs) {
            const TensorInfo& info = m_impl->info(id);
            if (info.knowledge != ShapeKnowledge::batch) {
                continue;
            }
            m_impl->assumptions.push_back(
                fmt::format("the first dimension of input \"{}\" ({}) is taken as 1", info.name,
                            to_string(info)));
            m_reporter.report(
                make_note("PRT007", fmt::format("{}: {}", shown_as(), m_impl->assumptions.back()),
                          "give another size with --input_shape NAME=SIZE,SIZE,.."));
        }
    }

    std::unique_ptr<Model::Impl> m_impl;
    const LoadOptions& m_options;
    Reporter& m_reporter;
};

std::vector<TensorInfo> infos_of(const Model::Impl& impl, const std::vector<Id>& ids) {
    std::vector<TensorInfo> infos;
    for (const Id id : ids) {
        infos.push_back(impl.info(id));
    }
    return infos;
}

} // namespace

Model::Model(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
Model::Model(Model&&) noexcept = default;
Model& Model::operator=(Model&&) noexcept = default;
Model::~Model() = default;

const std::string& Model::shown_as() const {
    return m_impl->store.shown_as();
}

std::size_t Model::node_count() const {
    return m_impl->graph.nodes.size();
}

std::vector<TensorInfo> Model::inputs() const {
    return infos_of(*m_impl, m_impl->graph.inputs);
}

std::vector<TensorInfo> Model::outputs() const {
    return infos_of(*m_impl, m_impl->graph.outputs);
}

bool Model::has_tensor(const std::string& name) const {
    Id id = 0;
    return m_impl->graph.find(name, id);
}

std::optional<TensorInfo> Model::tensor(const std::string& name) const {
    Id id = 0;
    return m_impl->graph.find(name, id) ? std::optional(m_impl->info(id)) : std::nullopt;
}

std::vector<std::string> Model::tensor_names() const {
    std::vector<std::string> names;
    for (const GraphIndex::Tensor& tensor : m_impl->graph.tensors) {
        if (tensor.origin != GraphIndex::Origin::initializer) {
            names.emplace_back(tensor.name);
        }
    }
    return names;
}

std::uint64_t Model::parameter_count() const {
    return m_impl->parameters;
}

std::uint64_t Model::parameter_bytes() const {
    return m_impl->parameter_bytes;
}

std::int64_t Model::ir_version() const {
    return m_impl->proto.ir_version();
}

std::int64_t Model::opset_version() const {
    for (const onnx::OperatorSetIdProto& set : m_impl->proto.opset_import()) {
        if (set.domain().empty() || set.domain() == "ai.onnx") {
            return set.version();
        }
    }
    return 0;
}

const std::vector<std::string>& Model::assumptions() const {
    return m_impl->assumptions;
}

Result<Model> load_model(const std::filesystem::path& path,
                         const std::string& shown_as,
                         const LoadOptions& options,
                         Reporter& reporter) {
    auto file = InputFile::open(path);
    if (!file) {
        const bool regular = file.error() != std::errc::no_such_device;
        return fail(ErrorKind::io,
                    make_error("PRT001",
                               fmt::format("cannot read the model {}: {}", shown_as,
                                           regular ? file.error().message() : "not a regular file"),
                               "name an existing ONNX file"));
    }
    auto impl = std::make_unique<Model::Impl>(BlobStore(path, shown_as, std::move(*file)));
    return Loader(std::move(impl), options, reporter).run();
}

} // namespace aisprint::partition
