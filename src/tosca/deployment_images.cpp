// SPDX-License-Identifier: Apache-2.0
#include "deployment_images.hpp"

#include <fmt/format.h>

namespace aisprint::tosca {

namespace {

const char* const k_protected_suffix = "-sgx";
const char* const k_confidential_suffix = "-confidential";

/// The last part of an image's path, cut into name and tag. A digest counts for neither.
struct ImageName {
    std::string name;
    std::string tag;
};

ImageName split_image(const std::string& image) {
    std::string last = image.substr(image.rfind('/') + 1);
    last = last.substr(0, last.find('@'));
    const std::size_t colon = last.find(':');
    if (colon == std::string::npos) {
        return {last, {}};
    }
    return {last.substr(0, colon), last.substr(colon + 1)};
}

std::string without_protection(const std::string& name) {
    for (const std::string suffix : {k_protected_suffix, k_confidential_suffix}) {
        if (name.ends_with(suffix)) {
            return name.substr(0, name.size() - suffix.size());
        }
    }
    return name;
}

} // namespace

BuiltImages::BuiltImages(const config::ApplicationFolder& folder,
                         const DeploymentFiles& files,
                         Findings& findings) {
    if (!has_file(folder, files.containers)) {
        return;
    }
    m_exist = true;
    const auto file = read_input(folder, files.containers, findings);
    if (!file) {
        return;
    }
    const yaml::Node* components = file->document.find("components");
    if (components == nullptr || !components->is_mapping()) {
        findings.errors.push_back(
            file->error(components == nullptr ? file->document.span : components->span, "TSC035",
                        "the file must hold a map 'components' with the images of each component",
                        "run 'aisprint toscarizer docker' to write it again"));
        return;
    }
    for (const yaml::Entry& component : components->entries) {
        const yaml::Node* images = component.value.find("docker_images");
        std::vector<std::string>& list = m_images[component.key];
        if (images == nullptr || !images->is_sequence()) {
            findings.errors.push_back(file->error(
                component.key_span, "TSC035",
                fmt::format("component '{}' needs a list 'docker_images'", component.key),
                "run 'aisprint toscarizer docker' to write it again"));
            continue;
        }
        for (const yaml::Node& image : images->items) {
            list.push_back(image.scalar);
        }
    }
}

const std::vector<std::string>& BuiltImages::of(const std::string& component) const {
    static const std::vector<std::string> none;
    const auto found = m_images.find(component);
    return found == m_images.end() ? none : found->second;
}

bool is_protected_image(const std::string& image) {
    const ImageName parts = split_image(image);
    return without_protection(parts.name) != parts.name ||
           without_protection(parts.tag) != parts.tag;
}

std::vector<std::string> matching_images(const std::vector<std::string>& images,
                                         const std::string& component,
                                         const std::string& architecture,
                                         LayerKind kind) {
    const bool is_partition = base_component(component) != component;
    const std::string wanted =
        fmt::format("{}{}_{}", component, is_partition ? "" : "_base", architecture);
    std::vector<std::string> result;
    for (const std::string& image : images) {
        // In ECR one repository holds all images, and the tag tells them apart.
        const ImageName parts = split_image(image);
        const std::string& name = kind == LayerKind::lambda ? parts.tag : parts.name;
        if (without_protection(name) == wanted) {
            result.push_back(image);
        }
    }
    return result;
}

} // namespace aisprint::tosca
