// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::clients::test {

/// What an Infrastructure Manager (1.15.0) understands of an Authorization header. Written from
/// its rules, not from ours: it is the oracle for what ImAuth::header_value() writes. Bytes are
/// taken as Latin-1, as servers do.
[[nodiscard]] std::vector<std::map<std::string, std::string>>
parse_authorization(std::string_view header);

} // namespace aisprint::clients::test
