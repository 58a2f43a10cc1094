// SPDX-License-Identifier: Apache-2.0
#include "im_connection.hpp"

#include "aisprint/base/yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <mutex>
#include <random>

namespace aisprint::cli {

namespace {

constexpr const char* k_im_group = "Infrastructure Manager";
constexpr const char* k_wait_group = "Waiting";

/// The first of these environment variables that is set and not empty.
std::string from_environment(std::initializer_list<const char*> names) {
    for (const char* name : names) {
        const char* value = std::getenv(name);
        if (value != nullptr && *value != '\0') {
            return value;
        }
    }
    return {};
}

Result<clients::TlsVerification> to_verification(const ImArguments& arguments) {
    const auto verify = yaml::as_bool(yaml::plain(arguments.verify));
    const bool is_digit = arguments.verify == "1" || arguments.verify == "0";
    if (!verify && !is_digit) {
        return fail(ErrorKind::usage,
                    make_error("CLI004",
                               fmt::format("--verify: '{}' is not a boolean", arguments.verify),
                               "write true or false"));
    }
    const bool on = !arguments.insecure && (is_digit ? arguments.verify == "1" : *verify);
    return on ? clients::TlsVerification::on : clients::TlsVerification::off;
}

std::chrono::milliseconds to_milliseconds(double seconds) {
    return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

} // namespace

void add_im_options(CLI::App& app, ImArguments& arguments) {
    app.add_option(spellings("--im_url"), arguments.url,
                   fmt::format("REST interface (default {}).", arguments.url))
        ->type_name("URL")
        ->group(k_im_group);
    add_im_auth_options(app, arguments.auth);
    app.add_option("--verify", arguments.verify,
                   "Whether its certificate must be valid: true (default) or false.")
        ->type_name("BOOL")
        ->group(k_im_group);
    app.add_flag("--insecure", arguments.insecure, "Short for --verify false.")->group(k_im_group);
    app.add_option(spellings("--ca_file"), arguments.ca_file,
                   "Certificates of the authorities to trust, instead of the system's.")
        ->type_name("FILE")
        ->check(CLI::ExistingFile)
        ->group(k_im_group);
}

void add_wait_options(CLI::App& app, WaitArguments& arguments) {
    app.add_option("--poll", arguments.poll_seconds,
                   "Longest pause between two questions in the first ten minutes, in seconds "
                   "(default 10).")
        ->type_name("S")
        ->check(CLI::NonNegativeNumber)
        ->group(k_wait_group);
    app.add_option("--timeout", arguments.timeout_seconds,
                   "How long an infrastructure may take, in seconds (default 3600).")
        ->type_name("S")
        ->check(CLI::PositiveNumber)
        ->group(k_wait_group);
}

deploy::RunOptions to_run_options(const WaitArguments& arguments) {
    deploy::RunOptions options;
    options.poll = to_milliseconds(arguments.poll_seconds);
    options.slowest_poll = std::max(options.poll, options.slowest_poll);
    options.timeout = std::chrono::duration_cast<std::chrono::seconds>(
        to_milliseconds(arguments.timeout_seconds));
    options.parallel = arguments.parallel;
    return options;
}

clients::CurlOptions curl_options_for(std::string_view url) {
    clients::CurlOptions curl;
    // the upper-case HTTP_PROXY can be set by anyone who sends a request to a CGI program
    curl.proxy = url.starts_with("https://")
                     ? from_environment({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
                     : from_environment({"http_proxy", "all_proxy", "ALL_PROXY"});
    curl.no_proxy = from_environment({"no_proxy", "NO_PROXY"});
    return curl;
}

std::function<double()> make_jitter() {
    return [generator = std::make_shared<std::mt19937_64>(std::random_device{}()),
            mutex = std::make_shared<std::mutex>()] {
        const std::scoped_lock lock(*mutex);
        return std::uniform_real_distribution<double>()(*generator);
    };
}

Result<std::unique_ptr<ImConnection>> ImConnection::make(const ImArguments& arguments,
                                                         const clients::ImAuth& auth) {
    if (!arguments.url.starts_with("https://") && !arguments.url.starts_with("http://")) {
        return fail(
            ErrorKind::usage,
            make_error("CLI004",
                       fmt::format("--im_url: '{}' is no http or https address", arguments.url),
                       "write for example https://im.egi.eu/im"));
    }
    clients::CurlOptions curl = curl_options_for(arguments.url);
    AISPRINT_TRY_ASSIGN(curl.verification, to_verification(arguments));
    curl.ca_file = arguments.ca_file;

    std::unique_ptr<ImConnection> connection(new ImConnection);
    connection->m_transport = clients::make_curl_transport(curl);
    clients::ImClientOptions options;
    options.url = arguments.url;
    options.authorization = auth.header_value();
    options.random = make_jitter();
    connection->m_client =
        std::make_unique<clients::ImClient>(*connection->m_transport, connection->m_clock, options);
    options.retries.first_pause = std::chrono::milliseconds(500);
    connection->m_impatient_client = std::make_unique<clients::ImClient>(
        *connection->m_transport, connection->m_clock, std::move(options));
    return connection;
}

} // namespace aisprint::cli
