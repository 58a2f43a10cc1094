// SPDX-License-Identifier: Apache-2.0
#include "lock_file.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/yaml.hpp"

#include <filesystem>

namespace aisprint::images {

namespace fs = std::filesystem;

namespace {

const char* const k_containers = "aisprint/designs/containers.yaml";
const char* const k_lock = "aisprint/designs/containers.lock.yaml";
const char* const k_lock_header =
    "# Digests of the images in containers.yaml, and of what they were built from. Written by\n"
    "# 'aisprint toscarizer docker'; without this file all images are built again.\n";

std::string text_of(const yaml::Node& node, const char* key) {
    const yaml::Node* value = node.find(key);
    return value == nullptr ? "" : value->scalar;
}

void add_unless_empty(yaml::Node& node, const char* key, const std::string& value) {
    if (!value.empty()) {
        node.add(key, yaml::text(value));
    }
}

std::string to_lock_yaml(const std::vector<BuiltImage>& images) {
    yaml::Node list = yaml::mapping();
    for (const BuiltImage& built : images) {
        yaml::Node& image = list.add(built.image.reference, yaml::mapping());
        image.add("component", yaml::text(built.image.component));
        image.add("inputs", yaml::text(built.inputs));
        add_unless_empty(image, "digest", built.digest);
        add_unless_empty(image, "protected_image", built.image.protected_reference);
        add_unless_empty(image, "protected_digest", built.protected_digest);
    }
    yaml::Node document = yaml::mapping();
    document.add("images", std::move(list));
    return k_lock_header + yaml::write(document);
}

} // namespace

Result<LockedImages> load_locked_images(const config::ApplicationFolder& folder) {
    LockedImages images;
    const fs::path path = folder.path / k_lock;
    if (!fs::exists(path)) {
        return images;
    }
    AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(path, folder.shown(k_lock)));
    const auto document = yaml::parse(source);
    const yaml::Node* list = document ? document->find("images") : nullptr;
    for (std::size_t i = 0; list != nullptr && i < list->entries.size(); ++i) {
        const yaml::Entry& entry = list->entries[i];
        images[entry.key] = {text_of(entry.value, "inputs"), text_of(entry.value, "digest"),
                             text_of(entry.value, "protected_digest")};
    }
    return images;
}

Result<void> write_image_lists(const config::ApplicationFolder& folder,
                               const std::vector<BuiltImage>& images) {
    std::vector<Image> plain;
    for (const BuiltImage& built : images) {
        plain.push_back(built.image);
    }
    return write_files_together({{folder.path / k_containers, to_containers_yaml(plain)},
                                 {folder.path / k_lock, to_lock_yaml(images)}});
}

Result<void> write_containers(const config::ApplicationFolder& folder,
                              const std::vector<Image>& images) {
    AISPRINT_TRY(make_directories((folder.path / k_containers).parent_path()));
    return write_file_atomic(folder.path / k_containers, to_containers_yaml(images));
}

} // namespace aisprint::images
