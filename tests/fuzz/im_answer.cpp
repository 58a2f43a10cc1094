// SPDX-License-Identifier: Apache-2.0
// Answers of an Infrastructure Manager to every call. Input: a line with the status and one with
// the content type, then the body.
#include "aisprint/base/source_file.hpp"
#include "aisprint/clients/im_client.hpp"

#include "fixed_transport.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace aisprint;
using namespace aisprint::clients;
using test::require;

template <class T>
void check(const ImResult<T>& result) {
    if (result) {
        return;
    }
    require(!result.error().message.empty());
    require(count_code_points(result.error().message) < 900);
    require(result.error().message.find('\n') == std::string::npos);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    test::FixedTransport transport(test::response_of(std::string(data, data + size)));
    test::NoClock clock;
    ImClientOptions options;
    options.url = "https://im.example/im/";
    options.retries.attempts = 2;
    ImClient client(transport, clock, options);
    const std::string url = "https://im.example/im/infrastructures/1";
    check(client.version({}));
    const ImResult<std::vector<std::string>> list = client.list({});
    check(list);
    const ImResult<std::string> created = client.create("document", {});
    check(created);
    if (created) {
        require(created->rfind("http", 0) == 0 || created->rfind("HTTP", 0) == 0 ||
                created->find("://") != std::string::npos);
        check(client.state(*created, {}));
    }
    check(client.state(url, {}));
    check(client.contextualisation(url, {}));
    check(client.outputs_json(url, {}));
    check(client.document(url, {}));
    check(client.estimate_json("document", {}));
    check(client.update(url, "document", {}));
    check(client.remove(url, ForceDelete::yes, {}));
    return 0;
}
