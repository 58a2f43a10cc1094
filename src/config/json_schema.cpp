// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/json_schema.hpp"

namespace aisprint::config {

namespace {

using Json = nlohmann::ordered_json;

Json text_or_list_of_texts() {
    Json any = Json::array();
    any.push_back({{"type", "string"}});
    any.push_back({{"type", "array"}, {"items", {{"type", "string"}}}});
    any.push_back({{"type", "null"}});
    return {{"anyOf", any}};
}

/// The JSON types of a value. Plain YAML text may look like a number or a boolean to a reader,
/// so a text field accepts those too.
Json json_types(ValueType type) {
    switch (type) {
    case ValueType::text:
    case ValueType::number_or_text:
    case ValueType::boolean_or_text:
        return {"string", "number", "boolean"};
    case ValueType::integer:
        return {"integer"};
    case ValueType::number:
        return {"number"};
    case ValueType::numbers:
        return {"number", "array"};
    case ValueType::boolean:
        return {"boolean"};
    case ValueType::list:
        return {"array"};
    case ValueType::map:
    case ValueType::object:
        return {"object"};
    case ValueType::any:
    case ValueType::image:
        break;
    }
    return Json::array();
}

Json to_json(const TypeSpec& type);

void add_fields(Json& json, const TypeSpec& type) {
    Json required = Json::array();
    for (const FieldSpec& field : type.fields) {
        Json property = to_json(field.type);
        property["description"] = field.description;
        json["properties"][field.name] = std::move(property);
        if (field.presence == Presence::required) {
            required.push_back(field.name);
        }
    }
    if (!required.empty()) {
        json["required"] = std::move(required);
    }
}

Json to_json(const TypeSpec& type) {
    if (type.type == ValueType::image) {
        return text_or_list_of_texts();
    }
    Json json = Json::object();
    Json types = json_types(type.type);
    if (type.nullable == Nullable::yes && !types.empty()) {
        types.push_back("null");
    }
    if (!types.empty()) {
        json["type"] = types.size() == 1 ? types.front() : types;
    }
    if (!type.choices.empty()) {
        json["enum"] = type.choices;
        if (type.nullable == Nullable::yes) {
            json["enum"].push_back(nullptr);
        }
    }
    if (type.minimum) {
        json["minimum"] = *type.minimum;
    }
    if (type.exclusive_minimum) {
        json["exclusiveMinimum"] = *type.exclusive_minimum;
    }
    if (type.maximum) {
        json["maximum"] = *type.maximum;
    }
    if (type.type == ValueType::numbers) {
        json["items"] = {{"type", "number"}};
        json["minItems"] = 1;
    } else if (type.type == ValueType::list) {
        json["items"] = to_json(*type.element);
        if (type.minimum_items > 0) {
            json["minItems"] = type.minimum_items;
        }
    } else if (type.type == ValueType::map) {
        if (!type.key_pattern.empty()) {
            json["propertyNames"] = {{"pattern", "^(" + type.key_pattern + ")$"}};
        }
        json["additionalProperties"] = to_json(*type.element);
    } else if (type.type == ValueType::object) {
        add_fields(json, type);
    }
    return json;
}

} // namespace

Json to_json_schema(const Format& format) {
    Json json{{"$schema", "http://json-schema.org/draft-07/schema#"},
              {"title", format.name},
              {"description", format.description + " (" + format.path + ")"}};
    json.update(to_json(format.type));
    return json;
}

std::string schema_file_name(const Format& format) {
    return format.name + ".schema.json";
}

} // namespace aisprint::config
