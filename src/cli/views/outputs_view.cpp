// SPDX-License-Identifier: Apache-2.0
#include "views/outputs_view.hpp"

#include "aisprint/base/secret.hpp"
#include "aisprint/base/yaml.hpp"

namespace aisprint::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* k_hidden_key = "<private key, use --show_keys>";
constexpr const char* k_hidden = "***";

bool is_private_key(const std::string& text) {
    return text.find("-----BEGIN ") != std::string::npos &&
           text.find("PRIVATE KEY") != std::string::npos;
}

void hide(Json& value, const std::string& name, ShownSecrets shown) {
    if (value.is_structured()) {
        for (const auto& [key, item] : value.items()) {
            hide(item, value.is_object() ? key : name, shown);
        }
        return;
    }
    if (!value.is_string()) {
        return;
    }
    const auto& text = value.get_ref<const std::string&>();
    if (shown == ShownSecrets::none && (names_a_secret(name) || is_private_key(text))) {
        value = k_hidden;
    } else if (is_private_key(text)) {
        value = k_hidden_key;
    }
}

yaml::Node to_node(const Json& value) {
    if (value.is_object()) {
        yaml::Node node = yaml::mapping();
        for (const auto& [key, item] : value.items()) {
            node.add(key, to_node(item));
        }
        return node;
    }
    if (value.is_array()) {
        yaml::Node node = yaml::sequence();
        for (const Json& item : value) {
            node.push(to_node(item));
        }
        return node;
    }
    if (value.is_string()) {
        return yaml::text(value.get<std::string>());
    }
    return value.is_null() ? yaml::null() : yaml::plain(value.dump());
}

} // namespace

Json outputs_json(const std::vector<deploy::ComponentOutputs>& outputs, ShownSecrets shown) {
    Json result = Json::object();
    for (const deploy::ComponentOutputs& component : outputs) {
        if (!component.error.empty()) {
            result[component.component] = "Error: " + component.error;
            continue;
        }
        Json values = Json::parse(component.json, nullptr, false);
        if (shown != ShownSecrets::all) {
            hide(values, "", shown);
        }
        result[component.component] = std::move(values);
    }
    return result;
}

std::string outputs_yaml(const Json& outputs) {
    yaml::Node node = to_node(outputs);
    yaml::sort_keys(node);
    return yaml::write(node);
}

} // namespace aisprint::cli
