// SPDX-License-Identifier: Apache-2.0
// state.json and infras.yaml: whatever the bytes, a state or diagnostics; what is read is written
// so that it reads the same.
#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"
#include "aisprint/deploy/state.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

using namespace aisprint;

namespace {

void check_state(const std::string& text) {
    const auto state = deploy::parse_state(SourceFile("state.json", text));
    if (!state) {
        AISPRINT_ASSERT(!state.error().diagnostics.empty());
        return;
    }
    const auto again = deploy::parse_state(SourceFile("again.json", deploy::to_json_text(*state)));
    AISPRINT_ASSERT(again.has_value());
    AISPRINT_ASSERT(*again == *state);
}

void check_infras(const std::string& text) {
    const auto state = deploy::parse_infras_yaml(SourceFile("infras.yaml", text));
    if (!state) {
        AISPRINT_ASSERT(!state.error().diagnostics.empty());
        return;
    }
    const auto again =
        deploy::parse_infras_yaml(SourceFile("again.yaml", deploy::to_infras_yaml(*state)));
    AISPRINT_ASSERT(again.has_value());
    AISPRINT_ASSERT(*again == *state);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    check_state(text);
    check_infras(text);
    return 0;
}
