// SPDX-License-Identifier: Apache-2.0
#include "url_parts.hpp"

#include <algorithm>
#include <cctype>

namespace aisprint::clients {

UrlParts parts_of(std::string_view url) {
    UrlParts parts;
    parts.secure = url.size() > 4 && (url[4] == 's' || url[4] == 'S');
    const std::size_t begin = parts.secure ? 8 : 7;
    const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
    std::string_view host = url.substr(begin, end - begin);
    if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) {
        host = host.substr(at + 1);
    }
    const std::string_view own_port = parts.secure ? ":443" : ":80";
    if (host.size() > own_port.size() && host.substr(host.size() - own_port.size()) == own_port) {
        host.remove_suffix(own_port.size());
    }
    parts.host = std::string(host);
    std::transform(parts.host.begin(), parts.host.end(), parts.host.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    parts.rest = std::string(url.substr(end));
    return parts;
}

} // namespace aisprint::clients
