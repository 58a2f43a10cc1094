// SPDX-License-Identifier: Apache-2.0
#include "oscar_load.hpp"

#include "answer_desk.hpp"
#include "oscar_storage.hpp"
#include "oscar_watch.hpp"
#include "uploads.hpp"

#include "aisprint/base/base64.hpp"
#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace aisprint::profiling {

namespace {

using clients::Delivery;
using clients::RemoteError;
using clients::TransportErrorKind;
using std::chrono::milliseconds;

constexpr const char* k_accepted = "200";
constexpr int k_unauthorised = 401;

LoadAnswer answer_of(std::string code, std::string message) {
    LoadAnswer answer;
    answer.code = std::move(code);
    answer.message = std::move(message);
    return answer;
}

/// What JMeter writes if there is no answer.
LoadAnswer answer_without_status(const RemoteError& error) {
    const auto in_java = [](const char* exception, const char* message) {
        return answer_of(std::string("Non HTTP response code: ") + exception,
                         std::string("Non HTTP response message: ") + message);
    };
    switch (error.transport.value_or(TransportErrorKind::broken)) {
    case TransportErrorKind::timeout:
        return error.delivery == Delivery::not_sent
                   ? in_java("org.apache.http.conn.ConnectTimeoutException", "connect timed out")
                   : timed_out_answer();
    case TransportErrorKind::unreachable:
        return in_java("org.apache.http.conn.HttpHostConnectException", "Connection refused");
    case TransportErrorKind::tls:
        return in_java("javax.net.ssl.SSLException", "TLS failed");
    case TransportErrorKind::broken:
        return in_java("java.net.SocketException", "Connection reset");
    case TransportErrorKind::cancelled:
        break;
    }
    return answer_of("503", "Service Unavailable");
}

std::string phrase_of(int status) {
    constexpr std::array<std::pair<int, const char*>, 8> k_phrases{{{200, "OK"},
                                                                    {401, "Unauthorized"},
                                                                    {404, "Not Found"},
                                                                    {429, "Too Many Requests"},
                                                                    {500, "Internal Server Error"},
                                                                    {502, "Bad Gateway"},
                                                                    {503, "Service Unavailable"},
                                                                    {504, "Gateway Timeout"}}};
    for (const auto& [known, phrase] : k_phrases) {
        if (known == status) {
            return phrase;
        }
    }
    return {};
}

bool is_timeout(const LoadAnswer& answer) {
    return answer.code == timed_out_answer().code;
}

/// Names of requests as the reference has them: the last five digits of the millisecond in which
/// they were sent, counted up where that is taken. More digits, if there are that many requests.
std::vector<std::string> names_of(const std::vector<LoadSample>& samples) {
    constexpr std::int64_t k_five_digits = 100000;
    std::int64_t end = k_five_digits;
    int digits = 5;
    while (static_cast<std::int64_t>(samples.size()) > end / 2) {
        end *= 10;
        ++digits;
    }
    std::set<std::int64_t> taken;
    std::vector<std::string> names;
    for (const LoadSample& sample : samples) {
        const auto start = std::chrono::floor<milliseconds>(sample.start.time_since_epoch());
        std::int64_t number = start.count() % end;
        while (!taken.insert(number).second) {
            number = (number + 1) % end;
        }
        names.push_back(fmt::format("{:0{}}", number, digits));
    }
    return names;
}

} // namespace

std::vector<Diagnostic> check_first_units(const Testbed& testbed) {
    std::set<std::string> functions;
    for (const UnitChain& chain : testbed.deployments) {
        const Unit& first = testbed.units[chain.units.front()];
        const ResourceFacts* facts = testbed.find_resource(first.resource);
        if (facts != nullptr && facts->is_function) {
            functions.insert(first.id);
        }
    }
    std::vector<Diagnostic> errors;
    for (const std::string& id : functions) {
        errors.push_back(make_error(
            "PRF085",
            fmt::format("{} is a cloud function: only services of OSCAR clusters can be tested "
                        "synchronously",
                        id),
            "offer its component no cloud function in candidate_deployments.yaml, or set "
            "run.test_synchronously to false"));
    }
    return errors;
}

Result<void> check_calls_possible(const std::vector<OscarSite>& sites) {
    const OscarSite& first = sites.front();
    if (!first.waiting_pods) {
        return {};
    }
    const std::string& backend = first.home().config().serverless_backend;
    if (backend.empty() || backend == "none") {
        return fail(ErrorKind::input,
                    make_error("PRF085",
                               fmt::format("OSCAR on cluster {} has no serverless backend: its "
                                           "services cannot be called synchronously",
                                           first.home().resource()),
                               "install Knative there and tell OSCAR of it "
                               "(SERVERLESS_BACKEND=knative), or set run.test_synchronously to "
                               "false"));
    }
    return {};
}

Result<void> OscarLoad::prepare(const std::stop_token& stop) {
    for (const std::filesystem::path& file : m_request.input_files) {
        AISPRINT_TRY_ASSIGN(std::string content, read_file(file));
        m_payloads.push_back(std::move(content));
    }
    AISPRINT_TRY(read_token(stop));
    return wait_for_pods(stop);
}

Result<void> OscarLoad::read_token(const std::stop_token& stop) {
    const OscarCluster& home = m_site.home();
    const std::string doing = "ask for the token of " + m_site.name();
    AISPRINT_TRY_ASSIGN(auto service, home.value(doing, home.oscar().service(m_site.name(), stop)));
    if (!service || service->token.reveal().empty()) {
        RemoteError error;
        error.kind = clients::RemoteErrorKind::malformed;
        error.message = service ? "the service has none" : "the service is not there";
        return tl::unexpected<Failure>(home.failure(doing, error));
    }
    m_token = std::move(service->token);
    return {};
}

Result<void> OscarLoad::wait_for_pods(const std::stop_token& stop) {
    const OscarCluster& home = m_site.home();
    clients::Clock& clock = m_parts.clock;
    if (home.kubectl() == nullptr) {
        m_without_pods = "physical_nodes.yaml names no fe_node to log in to";
        clock.sleep(m_options.unseen_pods_pause, stop);
        return {};
    }
    const auto wanted = static_cast<std::size_t>(*m_site.waiting_pods);
    const milliseconds begin = clock.now();
    while (!stop.stop_requested()) {
        const auto serving = home.kubectl()->serving(m_site.name(), stop);
        const milliseconds waited = clock.now() - begin;
        if (stop.stop_requested()) {
            return {};
        }
        if (!serving && !serving.error().is_transient()) {
            m_without_pods = home.failure("ask for pods", serving.error()).diagnostics[0].message;
            clock.sleep(m_options.unseen_pods_pause, stop);
            return {};
        }
        const std::size_t ready =
            !serving ? 0U
                     : static_cast<std::size_t>(
                           std::count_if(serving->pods.begin(), serving->pods.end(),
                                         [](const clients::KubePod& pod) { return pod.ready; }));
        if (serving && serving->ready && ready >= wanted) {
            return {};
        }
        if (waited >= m_options.pods_limit) {
            m_too_few_pods = fmt::format("{}: {} of {} pods were ready when the requests began",
                                         m_site.service.unit->id, ready, wanted);
            return {};
        }
        clock.sleep(poll_pause(waited), stop);
    }
    return {};
}

const std::filesystem::path& OscarLoad::file_of(std::size_t request) const {
    return m_request.input_files[request % m_request.input_files.size()];
}

LoadAnswer OscarLoad::send(const LoadRequest& request, const std::stop_token& stop) {
    const std::string& payload = m_payloads[request.number % m_payloads.size()];
    ++m_sent;
    const auto called = m_site.home().oscar().invoke(
        m_site.name(), m_token, payload, {request.connect_timeout, request.request_timeout}, stop);
    LoadAnswer answer;
    if (!called) {
        answer = answer_without_status(called.error());
    } else {
        answer = answer_of(std::to_string(called->status), phrase_of(called->status));
        answer.bytes = called->body.size();
        if (called->status == k_unauthorised) {
            m_turned_away.request_stop();
        }
    }
    answer.sent_bytes = (payload.size() + 2) / 3 * 4; // in base 64
    if (answer.code == k_accepted) {
        const std::string_view body = called->body;
        const auto content = decode_base64(body.substr(0, body.find_last_not_of("\r\n") + 1));
        const bool broke_down =
            !content && body.find("Traceback (most recent call last)") != body.npos;
        const std::scoped_lock lock(m_mutex);
        m_given[request.number] = {content ? content->size() : 0, broke_down};
    }
    ++m_answered;
    return answer;
}

Result<void> OscarLoad::drive(const std::stop_token& stop) {
    const std::stop_callback forward(stop, [this] { m_turned_away.request_stop(); });
    m_load = generate_load(
        m_request.load->plan,
        [this](const LoadRequest& request, const std::stop_token& ended) {
            return send(request, ended);
        },
        m_turned_away.get_token());
    const OscarCluster& home = m_site.home();
    Result<void> written = write_file_atomic(
        m_request.folder / "jmeter_results.csv",
        jmeter_csv(m_load.samples, home.facts().oscar_endpoint + "/run/" + m_site.name()));
    m_quiet_since = m_parts.clock.now();
    m_is_over = true;
    if (m_load.interrupted && !stop.stop_requested()) {
        RemoteError error;
        error.kind = clients::RemoteErrorKind::unauthorised;
        error.status = k_unauthorised;
        error.message = "it does not know the token that OSCAR told (401)";
        return tl::unexpected<Failure>(home.failure("call service " + m_site.name(), error));
    }
    return written;
}

Result<bool> OscarLoad::is_settled(const std::stop_token& stop) {
    const bool all_answered =
        std::none_of(m_load.samples.begin(), m_load.samples.end(),
                     [](const LoadSample& sample) { return is_timeout(sample.answer); });
    if (all_answered) {
        return true;
    }
    AISPRINT_TRY_ASSIGN(const auto names, names_in(m_site.output, stop));
    const milliseconds now = m_parts.clock.now();
    if (m_outputs != names.size()) {
        m_outputs = names.size();
        m_quiet_since = now;
    }
    return now - m_quiet_since >= m_options.late_silence;
}

std::vector<Upload> OscarLoad::uploads() const {
    std::vector<Upload> uploads;
    for (const LoadSample& sample : m_load.samples) {
        const std::chrono::duration<double> seconds = sample.start - m_load.samples.front().start;
        uploads.push_back({seconds.count(), numbered(file_of(sample.number), sample.number)});
    }
    return uploads;
}

JobRecord OscarLoad::record_of(const LoadSample& sample) const {
    JobRecord record;
    record.service = m_site.name();
    record.resource = m_site.home().resource();
    record.job_create = std::chrono::floor<milliseconds>(sample.start); // as JMeter's file has it
    record.job_finish = *record.job_create + sample.elapsed;
    record.input_key = numbered(file_of(sample.number), sample.number);
    record.interval = sample.interval;
    record.response_code = sample.answer.code;
    record.status = is_timeout(sample.answer) ? JobStatus::timed_out : JobStatus::failed;
    const auto given = m_given.find(sample.number);
    if (sample.accepted() && given != m_given.end() && !given->second.broke_down) {
        record.status = JobStatus::succeeded;
        record.output_bytes = given->second.bytes;
    }
    record.exit_code = record.status == JobStatus::succeeded ? 0 : 1;
    return record;
}

std::vector<JobRecord> OscarLoad::records() const {
    std::vector<LoadSample> samples = m_load.samples;
    std::stable_sort(samples.begin(), samples.end(),
                     [](const LoadSample& a, const LoadSample& b) { return a.start < b.start; });
    const std::vector<std::string> names = names_of(samples);
    std::vector<JobRecord> records;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        records.push_back(record_of(samples[i]));
        records.back().name = names[i];
    }
    return records;
}

std::string OscarLoad::text() const {
    return load_text(m_load.samples);
}

void OscarLoad::check(const std::vector<JobRecord>& records,
                      std::vector<std::string>& health) const {
    const std::string& id = m_site.service.unit->id;
    if (!m_too_few_pods.empty()) {
        health.push_back(m_too_few_pods);
    }
    // answers that came too late are told as rejected requests, not as faults
    std::map<std::string, std::size_t> refusals;
    std::size_t broke_down = 0;
    for (const JobRecord& record : records) {
        if (record.status == JobStatus::failed && record.response_code == k_accepted) {
            ++broke_down;
        } else if (record.status == JobStatus::failed) {
            ++refusals[record.response_code];
        }
    }
    if (broke_down > 0) {
        health.push_back(fmt::format("{}: {} of {} jobs failed", id, broke_down, records.size()));
    }
    for (const auto& [code, count] : refusals) {
        health.push_back(fmt::format("{}: {} of {} requests were answered with {}", id, count,
                                     records.size(), code));
    }
    for (std::string& why : load_health(m_load, id)) {
        health.push_back(std::move(why));
    }
}

Result<void> OscarLoad::store_inputs(const OscarPlace& from,
                                     const std::vector<JobRecord>& records,
                                     const std::stop_token& stop) const {
    const OscarCluster& home = m_site.home();
    const OscarPlace& to = m_site.input;
    AISPRINT_TRY(home.value("make bucket " + to.bucket, home.s3().create_bucket(to.bucket, stop)));
    std::map<std::string, std::string> files; // names of inputs, by key
    for (const LoadSample& sample : m_load.samples) {
        const std::filesystem::path& file = file_of(sample.number);
        files[numbered(file, sample.number)] = file.filename().string();
    }
    for (const JobRecord& record : records) {
        if (record.status != JobStatus::succeeded) {
            continue;
        }
        AISPRINT_TRY(
            home.value("copy an input into bucket " + to.bucket,
                       home.s3().copy(from.bucket, from.prefix + files.at(record.input_key),
                                      to.bucket, to.prefix + record.input_key, stop)));
    }
    return {};
}

} // namespace aisprint::profiling
