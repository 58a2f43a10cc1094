// SPDX-License-Identifier: Apache-2.0
// Configurations of methods, in both forms.
#include "aisprint/placement/method_config.hpp"
#include "aisprint/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace aisprint;
    using placement::MethodConfigForm;
    CollectingReporter reporter;
    const SourceFile source("config.yaml", std::string(data, data + size));
    for (const MethodConfigForm form :
         {MethodConfigForm::application, MethodConfigForm::stand_alone}) {
        const auto config = placement::parse_method_config(source, form, reporter);
        if (!config) {
            AISPRINT_ASSERT(!config.error().diagnostics.empty());
            continue;
        }
        const std::string text = placement::write_method_config(*config);
        const auto again = placement::parse_method_config(SourceFile("again.json", text),
                                                          MethodConfigForm::stand_alone, reporter);
        AISPRINT_ASSERT(again.has_value());
        AISPRINT_ASSERT(placement::write_method_config(*again) == text);
    }
    return 0;
}
