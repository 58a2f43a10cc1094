// SPDX-License-Identifier: Apache-2.0
#include "views/images_view.hpp"

#include <fmt/format.h>

namespace aisprint::cli {

std::string image_line(const images::ImageEvent& event) {
    const char* const ecr = event.image.kind == images::ImageKind::lambda ? "ECR " : "";
    switch (event.kind) {
    case images::ImageEventKind::building:
        return fmt::format("Building {}image: {} ...\n", ecr, event.image.name);
    case images::ImageEventKind::pushing:
        return fmt::format("Pushing {}image: {} ...\n", ecr, event.image.name);
    case images::ImageEventKind::unchanged:
        return fmt::format("Unchanged {}image: {}\n", ecr, event.image.name);
    case images::ImageEventKind::sconifying:
        return fmt::format("Protecting image: {} ...\n", event.image.name);
    case images::ImageEventKind::done:
        return fmt::format("Ready: {}\n", event.image.reference);
    case images::ImageEventKind::failed:
        return fmt::format("Failed: {}\n", event.image.name);
    }
    return {};
}

std::string images_story(bool dry_run,
                         const std::string& containers,
                         const std::vector<std::string>& completed) {
    std::string text = dry_run ? "Dry run: nothing built, nothing pushed.\n"
                               : "Docker images generated and pushed to the registry.\n";
    text += fmt::format("DONE. {} file created with new image URLs.\n", containers);
    for (const std::string& file : completed) {
        text += fmt::format("\n\n[AI-SPRINT]: Completing {} with docker images names..\n", file);
    }
    return text;
}

nlohmann::ordered_json to_json(const images::BuildSummary& summary) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const images::BuiltImage& built : summary.images) {
        list.push_back({{"component", built.image.component},
                        {"partition", built.image.partition},
                        {"architecture", built.image.architecture},
                        {"reference", built.image.reference},
                        {"digest", built.digest},
                        {"inputs", built.inputs}});
    }
    return {{"images", std::move(list)}};
}

} // namespace aisprint::cli
