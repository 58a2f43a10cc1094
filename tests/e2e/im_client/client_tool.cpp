// SPDX-License-Identifier: Apache-2.0
// Our client of the Infrastructure Manager, driven line by line, for tests with real servers.
// Usage: client_tool URL AUTH_FILE
// Reads "CALL [URL [FILE]]" from standard input (create: "create FILE") and answers each line with
// one of JSON: {"value": ...}, or {"kind": ..., "status": ..., "message": ...}.
#include "aisprint/base/files.hpp"
#include "aisprint/clients/im_auth.hpp"
#include "aisprint/clients/im_client.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <iostream>
#include <sstream>
#include <string>

namespace {

using namespace aisprint;
using namespace aisprint::clients;
using Json = nlohmann::ordered_json;

Json error_of(const ImError& error) {
    constexpr std::array<const char*, 8> k_kinds = {"unreachable", "refused",  "unauthorised",
                                                    "gone",        "conflict", "server",
                                                    "malformed",   "cancelled"};
    return {{"kind", k_kinds.at(static_cast<std::size_t>(error.kind))},
            {"status", error.status},
            {"message", error.message}};
}

Json json_of(const std::string& text) {
    return text;
}

Json json_of(const std::vector<std::string>& list) {
    return list;
}

Json json_of(const ImVersion& version) {
    return {version.major, version.minor, version.patch};
}

Json json_of(const ImState& state) {
    Json machines = Json::object();
    for (const auto& [name, machine] : state.machines) {
        machines[name] = to_string(machine);
    }
    return {{"state", to_string(state.state)}, {"machines", machines}};
}

template <class T>
Json answer(const ImResult<T>& result) {
    if (!result) {
        return error_of(result.error());
    }
    if constexpr (std::is_void_v<T>) {
        return {{"value", nullptr}};
    } else {
        return {{"value", json_of(*result)}};
    }
}

Json carry_out(ImClient& client, const std::string& line) {
    std::istringstream words(line);
    std::string call;
    std::string url;
    std::string file;
    words >> call >> url >> file;
    const auto text_of = [](const std::string& path) { return read_file(path).value(); };
    if (call == "version") {
        return answer(client.version({}));
    }
    if (call == "list") {
        return answer(client.list({}));
    }
    if (call == "create") {
        return answer(client.create(text_of(url), {}));
    }
    if (call == "estimate") {
        return answer(client.estimate_json(text_of(url), {}));
    }
    if (call == "state") {
        return answer(client.state(url, {}));
    }
    if (call == "contmsg") {
        return answer(client.contextualisation(url, {}));
    }
    if (call == "outputs") {
        return answer(client.outputs_json(url, {}));
    }
    if (call == "document") {
        return answer(client.document(url, {}));
    }
    if (call == "update") {
        return answer(client.update(url, text_of(file), {}));
    }
    if (call == "remove") {
        return answer(client.remove(url, ForceDelete::no, {}));
    }
    return {{"kind", "unknown call"}};
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: client_tool URL AUTH_FILE\n";
        return 2;
    }
    CollectingReporter reporter;
    const Result<ImAuth> auth = load_im_auth(argv[2], argv[2], AuthCommands::refused, reporter);
    if (!auth) {
        for (const Diagnostic& diagnostic : auth.error().diagnostics) {
            std::cerr << format_diagnostic(diagnostic);
        }
        return 3;
    }
    const std::unique_ptr<Transport> transport = make_curl_transport({});
    SystemClock clock;
    ImClientOptions options;
    options.url = argv[1];
    options.authorization = auth->header_value();
    options.retries = {3, std::chrono::milliseconds(50), 0.0};
    ImClient client(*transport, clock, options);
    std::string line;
    while (std::getline(std::cin, line)) {
        std::cout << carry_out(client, line).dump() << std::endl;
    }
    return 0;
}
