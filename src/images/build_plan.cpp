// SPDX-License-Identifier: Apache-2.0
#include "aisprint/images/build_plan.hpp"

#include "aisprint/base/yaml.hpp"

namespace aisprint::images {

std::string to_containers_yaml(const std::vector<Image>& images) {
    yaml::Node components = yaml::mapping();
    for (const Image& image : images) {
        yaml::Node* component = components.find(image.component);
        if (component == nullptr) {
            component = &components.add(image.component, yaml::mapping());
            component->add("docker_images", yaml::sequence());
        }
        component->find("docker_images")->push(yaml::text(image.reference));
    }
    yaml::Node document = yaml::mapping();
    document.add("components", std::move(components));
    return yaml::write(document);
}

} // namespace aisprint::images
