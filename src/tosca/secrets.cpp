// SPDX-License-Identifier: Apache-2.0
#include "aisprint/tosca/secrets.hpp"

namespace aisprint::tosca {

void add_secrets(const yaml::Node& document, Redactor& redactor) {
    for (const yaml::Entry& entry : document.entries) {
        const yaml::Node* input = entry.value.find("default");
        const yaml::Node& value = input == nullptr ? entry.value : *input;
        if (value.is_scalar() && names_a_secret(entry.key)) {
            redactor.add(Secret(value.scalar));
        }
        add_secrets(entry.value, redactor);
    }
    for (const yaml::Node& item : document.items) {
        add_secrets(item, redactor);
    }
}

} // namespace aisprint::tosca
