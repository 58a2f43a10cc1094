// SPDX-License-Identifier: Apache-2.0
#include "aisprint/images/build.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/yaml_edit.hpp"
#include "aisprint/config/candidate_deployments.hpp"
#include "aisprint/config/candidate_resources.hpp"
#include "aisprint/config/partition_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

namespace aisprint::images {

namespace fs = std::filesystem;

namespace {

const char* const k_candidates = "common_config/candidate_deployments.yaml";
const char* const k_resources = "common_config/candidate_resources.yaml";
const std::vector<std::string> k_production{
    "aisprint/deployments/optimal_deployment/production_deployment.yaml",
    "aisprint/deployments/production_deployment.yaml"};

/// What decides which images a resource can run.
struct ResourceFacts {
    std::string architecture;
    bool is_function = false;
    bool has_sgx = false;
};

using Resources = std::map<std::string, ResourceFacts>;

/// The value under `key` in a document, or below its `System`.
const yaml::Node* find_section(const yaml::Node& document, const char* key) {
    const yaml::Node* system = document.find("System");
    const yaml::Node* section = system == nullptr ? nullptr : system->find(key);
    return section == nullptr ? document.find(key) : section;
}

std::string text_of(const yaml::Node& node, const char* key) {
    const yaml::Node* value = node.find(key);
    return value == nullptr ? "" : value->scalar;
}

/// Architecture of a resource, or of its last processor; SGX if a processor has it.
ResourceFacts facts_of(const yaml::Node& resource, bool is_function) {
    ResourceFacts facts{text_of(resource, "architecture"), is_function, false};
    const yaml::Node* processors = resource.find("processors");
    for (std::size_t i = 0; processors != nullptr && i < processors->entries.size(); ++i) {
        const yaml::Node& processor = processors->entries[i].value;
        if (resource.find("architecture") == nullptr) {
            facts.architecture = text_of(processor, "architecture");
        }
        const yaml::Node* sgx = processor.find("SGXFlag");
        facts.has_sgx = facts.has_sgx || (sgx != nullptr && yaml::as_bool(*sgx).value_or(false));
    }
    return facts;
}

/// Adds the resources of a document; those of later documents win.
void collect_resources(const yaml::Node& document, Resources& resources) {
    const yaml::Node* domains = find_section(document, "NetworkDomains");
    if (domains == nullptr) {
        return;
    }
    for (const yaml::Entry& domain : domains->entries) {
        const yaml::Node* layers = domain.value.find("ComputationalLayers");
        for (std::size_t i = 0; layers != nullptr && i < layers->entries.size(); ++i) {
            const yaml::Node& layer = layers->entries[i].value;
            const bool is_function = text_of(layer, "type") == "NativeCloudFunction";
            const yaml::Node* list = layer.find("Resources");
            for (std::size_t k = 0; list != nullptr && k < list->entries.size(); ++k) {
                const yaml::Node& resource = list->entries[k].value;
                resources[text_of(resource, "name")] = facts_of(resource, is_function);
            }
        }
    }
}

/// The component and the designs that an entry is about: base; the segment of any cut; or a
/// segment of one cut.
struct EntryDesigns {
    std::string component;
    config::PartitionId design; ///< with cut 0: the segment of any cut

    [[nodiscard]] bool include(const std::string& partition) const {
        const auto id = config::parse_partition_id(partition);
        return id && id->segment == design.segment && (design.cut == 0 || id->cut == design.cut);
    }
};

EntryDesigns designs_of(const std::string& name) {
    if (const auto segment = config::parse_segment_name(name)) {
        return {segment->component, {0, segment->segment}};
    }
    if (const auto partition = config::parse_partition_name(name)) {
        return {partition->component, partition->id};
    }
    return {name, {}};
}

/// Names of the resources that a container may run on.
std::vector<std::string> resources_of(const yaml::Node& container) {
    std::vector<std::string> names;
    if (const yaml::Node* candidates = container.find("candidateExecutionResources")) {
        for (const yaml::Node& candidate : candidates->items) {
            names.push_back(candidate.scalar);
        }
    }
    const std::string selected = text_of(container, "selectedExecutionResource");
    if (!selected.empty()) {
        names.push_back(selected);
    }
    return names;
}

/// Takes the key `image` out of every container.
void remove_images(yaml::Node& node) {
    std::erase_if(node.entries, [](const yaml::Entry& entry) { return entry.key == "image"; });
    for (yaml::Entry& entry : node.entries) {
        remove_images(entry.value);
    }
}

/// Fills in one file.
class Completion {
public:
    Completion(const SourceFile& source,
               const std::vector<Image>& images,
               const Resources& resources,
               Reporter& reporter)
        : m_source(source), m_images(images), m_resources(resources), m_reporter(reporter),
          m_edit(source) {}

    /// The text with all images in their places.
    std::string run(const yaml::Node& document) {
        const yaml::Node* components = find_section(document, "Components");
        for (std::size_t i = 0; components != nullptr && i < components->entries.size(); ++i) {
            const yaml::Node& entry = components->entries[i].value;
            const yaml::Node* containers = entry.find("Containers");
            for (std::size_t k = 0; containers != nullptr && k < containers->entries.size(); ++k) {
                fill(text_of(entry, "name"), containers->entries[k]);
            }
        }
        return m_edit.text();
    }

private:
    void fill(const std::string& name, const yaml::Entry& container) {
        const std::vector<std::string> images = choose(designs_of(name), container.value);
        if (images.empty() || has_already(container.value, images)) {
            return;
        }
        if (!m_edit.set(container.value, "image", images)) {
            m_reporter.report(as_warning(make_error_at(
                m_source, container.key_span, "IMG030",
                fmt::format("image of '{}' is written in a way that cannot be filled in", name),
                fmt::format("write image: {}", fmt::join(images, ", ")))));
        }
    }

    static bool has_already(const yaml::Node& container, const std::vector<std::string>& images) {
        const yaml::Node* there = container.find("image");
        if (there == nullptr) {
            return false;
        }
        if (there->is_scalar()) {
            return images.size() == 1 && there->scalar == images.front();
        }
        std::vector<std::string> list;
        for (const yaml::Node& item : there->items) {
            list.push_back(item.scalar);
        }
        return list == images;
    }

    /// Images that fit at least one resource of the container, in build order.
    [[nodiscard]] std::vector<std::string> choose(const EntryDesigns& designs,
                                                  const yaml::Node& container) const {
        const yaml::Node* trusted_flag = container.find("trustedExecution");
        const bool trusted =
            trusted_flag != nullptr && yaml::as_bool(*trusted_flag).value_or(false);
        std::vector<std::string> chosen;
        for (const Image& image : m_images) {
            if (image.component != designs.component || !designs.include(image.partition)) {
                continue;
            }
            for (const std::string& name : resources_of(container)) {
                const auto reference = reference_for(image, name, trusted);
                if (reference && std::ranges::find(chosen, *reference) == chosen.end()) {
                    chosen.push_back(*reference);
                }
            }
        }
        return chosen;
    }

    /// What a resource runs of an image: nothing, the image, or the protected one.
    [[nodiscard]] std::optional<std::string>
    reference_for(const Image& image, const std::string& resource, bool trusted) const {
        const auto found = m_resources.find(resource);
        if (found == m_resources.end() || found->second.architecture != image.architecture ||
            found->second.is_function != (image.kind == ImageKind::lambda)) {
            return std::nullopt;
        }
        const bool enclave = (trusted || image.trusted_execution) && found->second.has_sgx &&
                             !image.protected_reference.empty();
        return enclave ? image.protected_reference : image.reference;
    }

    const SourceFile& m_source;
    const std::vector<Image>& m_images;
    const Resources& m_resources;
    Reporter& m_reporter;
    yaml::TextEdit m_edit;
};

/// A file that is there, with its document.
struct Loaded {
    SourceFile source;
    yaml::Node document;
};

Result<Loaded> load(const config::ApplicationFolder& folder, const std::string& relative) {
    Loaded loaded;
    AISPRINT_TRY_ASSIGN(loaded.source, load_source(folder.path / relative, folder.shown(relative)));
    AISPRINT_TRY_ASSIGN(loaded.document, yaml::parse(loaded.source));
    return loaded;
}

/// Whether a text reads back as a document of which nothing but images differs, and these not from
/// what they should be.
bool is_filled_in(const std::string& text,
                  const Loaded& before,
                  const std::vector<Image>& images,
                  const Resources& resources) {
    const SourceFile source(before.source.name(), text);
    auto document = yaml::parse(source);
    if (!document) {
        return false;
    }
    CollectingReporter unused;
    if (Completion(source, images, resources, unused).run(*document) != text) {
        return false;
    }
    yaml::Node old = before.document;
    remove_images(old);
    remove_images(*document);
    return yaml::same_content(old, *document);
}

/// Fills in a file; true if that changed it.
Result<bool> complete(const config::ApplicationFolder& folder,
                      const std::string& relative,
                      const std::vector<Image>& images,
                      Resources resources,
                      Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const Loaded file, load(folder, relative));
    collect_resources(file.document, resources);
    const std::string text =
        Completion(file.source, images, resources, reporter).run(file.document);
    if (text == file.source.text()) {
        return false;
    }
    if (!is_filled_in(text, file, images, resources)) {
        reporter.report(as_warning(
            make_error_in(file.source.name(), "IMG030",
                          "the images cannot be filled in without changing something else",
                          "write them by hand; they are in aisprint/designs/containers.yaml")));
        return false;
    }
    AISPRINT_TRY(write_file_atomic(folder.path / relative, text));
    return true;
}

} // namespace

Result<std::vector<std::string>> complete_deployments(const config::ApplicationFolder& folder,
                                                      const std::vector<Image>& images,
                                                      Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const Loaded candidates, load(folder, k_resources));
    Resources resources;
    collect_resources(candidates.document, resources);
    std::vector<std::string> files{k_candidates};
    for (const std::string& production : k_production) {
        if (files.size() == 1 && fs::is_regular_file(folder.path / production)) {
            files.push_back(production);
        }
    }
    std::vector<std::string> changed;
    for (const std::string& file : files) {
        AISPRINT_TRY_ASSIGN(const bool is_changed,
                            complete(folder, file, images, resources, reporter));
        if (is_changed) {
            changed.push_back(folder.shown(file));
        }
    }
    return changed;
}

} // namespace aisprint::images
