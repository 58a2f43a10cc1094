// SPDX-License-Identifier: Apache-2.0
// Our clients of S3 and CloudWatch, driven line by line, for tests with real servers.
// Usage: s3_tool ENDPOINT ACCESS_KEY SECRET_KEY [REGION [SECONDS]]
// Its clock goes wrong by SECONDS.
// Reads one JSON array of texts for each call from standard input, ["put", BUCKET, KEY, TEXT] say,
// and answers with one line of JSON: {"value": ...}, or {"kind": ..., "code": ..., ...}.
// ["sign", METHOD, PATH, QUERY, BODY, TIME] gives the headers of a signed request.
#include "s3_signature.hpp"

#include "aisprint/clients/cloudwatch_client.hpp"
#include "aisprint/clients/s3_client.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <functional>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace aisprint;
using namespace aisprint::clients;
using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

Json json_of(const std::string& text) {
    return text;
}

Json json_of(const S3Object& object) {
    return {object.key, object.size, object.etag, object.last_modified};
}

Json json_of(const LogStream& stream) {
    return {stream.name, stream.last_ingestion.time_since_epoch().count()};
}

Json json_of(const LogEvent& event) {
    return {event.time.time_since_epoch().count(), event.message};
}

template <class T>
Json json_of(const std::vector<T>& list) {
    Json result = Json::array();
    for (const T& item : list) {
        result.push_back(json_of(item));
    }
    return result;
}

Json json_of(const std::optional<S3Object>& object) {
    return object ? json_of(*object) : Json();
}

template <class T>
Json answer(const RemoteResult<T>& result) {
    if (!result) {
        constexpr std::array<const char*, 8> k_kinds = {"unreachable", "refused",  "unauthorised",
                                                        "gone",        "conflict", "server",
                                                        "malformed",   "cancelled"};
        const RemoteError& error = result.error();
        return {{"kind", k_kinds.at(static_cast<std::size_t>(error.kind))},
                {"status", error.status},
                {"code", error.code},
                {"message", error.message}};
    }
    if constexpr (std::is_void_v<T>) {
        return {{"value", nullptr}};
    } else {
        return {{"value", json_of(*result)}};
    }
}

/// The machine's clock, set wrongly.
class WrongClock final : public Clock {
public:
    explicit WrongClock(std::chrono::seconds off) : m_off(off) {}

    std::chrono::milliseconds now() const override { return m_clock.now(); }
    std::chrono::seconds wall_time() const override { return m_clock.wall_time() + m_off; }
    void sleep(std::chrono::milliseconds duration, std::stop_token stop) override {
        m_clock.sleep(duration, std::move(stop));
    }

private:
    SystemClock m_clock;
    std::chrono::seconds m_off;
};

using Call = std::function<Json(const S3Client&, const Words&)>;

struct Entry {
    std::size_t arguments;
    Call call;
};

const std::map<std::string, Entry>& calls() {
    static const std::map<std::string, Entry> k_calls = {
        {"list_buckets",
         {0, [](const S3Client& s3, const Words&) { return answer(s3.list_buckets({})); }}},
        {"create_bucket",
         {1,
          [](const S3Client& s3, const Words& w) { return answer(s3.create_bucket(w[1], {})); }}},
        {"remove_bucket",
         {1,
          [](const S3Client& s3, const Words& w) { return answer(s3.remove_bucket(w[1], {})); }}},
        {"list",
         {2, [](const S3Client& s3, const Words& w) { return answer(s3.list(w[1], w[2], {})); }}},
        {"head",
         {2, [](const S3Client& s3, const Words& w) { return answer(s3.head(w[1], w[2], {})); }}},
        {"put",
         {3,
          [](const S3Client& s3, const Words& w) { return answer(s3.put(w[1], w[2], w[3], {})); }}},
        {"put_file",
         {3, [](const S3Client& s3,
                const Words& w) { return answer(s3.put_file(w[1], w[2], w[3], {})); }}},
        {"get",
         {2, [](const S3Client& s3, const Words& w) { return answer(s3.get(w[1], w[2], {})); }}},
        {"get_file",
         {3, [](const S3Client& s3,
                const Words& w) { return answer(s3.get_file(w[1], w[2], w[3], {})); }}},
        {"copy",
         {4, [](const S3Client& s3,
                const Words& w) { return answer(s3.copy(w[1], w[2], w[3], w[4], {})); }}},
        {"remove",
         {2, [](const S3Client& s3, const Words& w) { return answer(s3.remove(w[1], w[2], {})); }}},
        {"wait",
         {1,
          [](const S3Client& s3, const Words& w) {
              return answer(s3.wait_until_ready(std::chrono::seconds(std::stol(w[1])), {}));
          }}},
        {"etag",
         {1, [](const S3Client& s3, const Words& w) { return answer(s3.etag_of_file(w[1])); }}}};
    return k_calls;
}

/// The signature of a request that is described by texts; the query is [[name, value], ...].
Json sign_request(const Words& words, const S3Credentials& credentials) {
    HttpRequest request;
    request.method = words.at(1);
    request.headers = {{"Host", "s3.example:9000"}, {"X-Amz-Meta-Note", "  two   blanks "}};
    request.body = words.at(4);
    S3Query query;
    for (const Json& pair : Json::parse(words.at(3))) {
        query.emplace_back(pair.at(0).get<std::string>(), pair.at(1).get<std::string>());
    }
    sign(request, "/bucket/" + encoded_key(words.at(2)), encoded_query(query), credentials,
         std::chrono::seconds(std::stol(words.at(5))));
    Json headers = Json::object();
    for (const HttpHeader& header : request.headers) {
        headers[header.name] = header.value;
    }
    return {
        {"path", encoded_key(words.at(2))}, {"query", encoded_query(query)}, {"headers", headers}};
}

/// A call of CloudWatch, or nothing if it is none.
std::optional<Json> call_logs(const CloudWatchClient& logs, const Words& words) {
    const std::string name = words.empty() ? "" : words[0];
    if (name == "log_streams" && words.size() == 2) {
        return answer(logs.streams(words[1], {}));
    }
    if (name == "log_events" && words.size() == 4) {
        const LogMoment from(std::chrono::milliseconds(std::stoll(words[3])));
        return answer(logs.events(words[1], words[2], from, {}));
    }
    if (name == "remove_log_stream" && words.size() == 3) {
        return answer(logs.remove_stream(words[1], words[2], {}));
    }
    return std::nullopt;
}

Json carry_out(const S3Client& client, const Words& words, const S3Credentials& credentials) {
    if (words.size() == 6 && words[0] == "sign") {
        return {{"value", sign_request(words, credentials)}};
    }
    const auto found = words.empty() ? calls().end() : calls().find(words[0]);
    if (found == calls().end() || words.size() != found->second.arguments + 1) {
        return {{"kind", "unknown call"}};
    }
    return found->second.call(client, words);
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 4 || argc > 6) {
        std::cerr << "usage: s3_tool ENDPOINT ACCESS_KEY SECRET_KEY [REGION [SECONDS]]\n";
        return 2;
    }
    const std::unique_ptr<Transport> transport = make_curl_transport({});
    WrongClock clock(std::chrono::seconds(argc == 6 ? std::stol(argv[5]) : 0));
    S3Options options;
    options.endpoint = argv[1];
    options.access_key = argv[2];
    options.secret_key = Secret(argv[3]);
    if (argc >= 5) {
        options.region = argv[4];
    }
    options.retries = {8, std::chrono::milliseconds(100), 0.0};
    options.part_size = std::size_t{5} << 20U; // the least that servers take
    const S3Credentials credentials{options.access_key, options.secret_key, options.region};
    const S3Client client(*transport, clock, options);
    const SignedOptions& of_logs = options;
    const CloudWatchClient logs(*transport, clock, of_logs);
    std::string line;
    while (std::getline(std::cin, line)) {
        const Words words = Json::parse(line).get<Words>();
        const std::optional<Json> log = call_logs(logs, words);
        std::cout << (log ? *log : carry_out(client, words, credentials)).dump() << std::endl;
    }
    return 0;
}
