// SPDX-License-Identifier: Apache-2.0
#include "aisprint/perf/model.hpp"

namespace aisprint::perf {

Result<std::shared_ptr<const Model>> parse_model(const SourceFile& source) {
    return fail(ErrorKind::input,
                make_error_in(source.name(), "PRM001", "the file is no performance model"));
}

} // namespace aisprint::perf
