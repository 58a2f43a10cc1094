// SPDX-License-Identifier: Apache-2.0
#include "im_double.hpp"

#include "im_double_impl.hpp"

#include "aisprint/clients/pause.hpp"

#include <algorithm>
#include <utility>

namespace aisprint::clients::test {

namespace {

/// A way into a double without sockets.
class InProcessTransport final : public Transport {
public:
    explicit InProcessTransport(ImDouble::Impl& impl) : m_impl(impl) {}

    tl::expected<HttpResponse, TransportError> send(const HttpRequest& request,
                                                    std::stop_token stop) override {
        const auto failure = [](TransportErrorKind kind, Delivery delivery, const char* message) {
            return tl::unexpected<TransportError>(TransportError{kind, delivery, message});
        };
        if (stop.stop_requested()) {
            return failure(TransportErrorKind::cancelled, Delivery::not_sent, "cancelled");
        }
        const std::size_t host = request.url.find("://");
        const std::size_t path = host == std::string::npos ? host : request.url.find('/', host + 3);
        if (path == std::string::npos) {
            return failure(TransportErrorKind::unreachable, Delivery::not_sent, "not a URL");
        }
        const Exchange exchange =
            m_impl.handle(request, request.url.substr(path), request.url.substr(0, path));
        switch (exchange.fault.kind) {
        case FaultKind::reset_before_reading:
        case FaultKind::reset_after_reading:
        case FaultKind::reset_after_acting:
            return failure(TransportErrorKind::broken, Delivery::unknown, "connection reset");
        case FaultKind::close_without_answer:
            return failure(TransportErrorKind::broken, Delivery::unknown, "empty answer");
        case FaultKind::truncated_body:
            return failure(TransportErrorKind::broken, Delivery::unknown, "answer cut off");
        case FaultKind::slow:
            return answer_slowly(exchange, request, stop);
        default:
            return exchange.response;
        }
    }

private:
    tl::expected<HttpResponse, TransportError> answer_slowly(const Exchange& exchange,
                                                             const HttpRequest& request,
                                                             const std::stop_token& stop) const {
        const bool late = exchange.fault.delay >= request.timeout;
        if (!m_impl.options.now) {
            SystemClock().sleep(late ? request.timeout : exchange.fault.delay, stop);
        }
        if (stop.stop_requested()) {
            return tl::unexpected<TransportError>(
                TransportError{TransportErrorKind::cancelled, Delivery::unknown, "cancelled"});
        }
        if (late) {
            return tl::unexpected<TransportError>(
                TransportError{TransportErrorKind::timeout, Delivery::unknown, "timed out"});
        }
        return exchange.response;
    }

    ImDouble::Impl& m_impl;
};

} // namespace

ImDouble::ImDouble(ImDoubleOptions options) : m_impl(std::make_unique<Impl>(std::move(options))) {
    m_impl->self = this;
}

ImDouble::~ImDouble() {
    m_impl->stop_serving();
}

void ImDouble::script(const std::string& infra_name, InfraScript script) {
    const std::lock_guard lock(m_impl->mutex);
    m_impl->scripts[infra_name] = std::move(script);
}

void ImDouble::add_fault(FaultRule rule) {
    const std::lock_guard lock(m_impl->mutex);
    m_impl->rules.push_back({std::move(rule), 0});
}

void ImDouble::clear_faults() {
    const std::lock_guard lock(m_impl->mutex);
    m_impl->rules.clear();
}

std::unique_ptr<Transport> ImDouble::transport() {
    return std::make_unique<InProcessTransport>(*m_impl);
}

std::vector<RecordedRequest> ImDouble::requests() const {
    const std::lock_guard lock(m_impl->mutex);
    return m_impl->log;
}

int ImDouble::count(ImCall call) const {
    const std::lock_guard lock(m_impl->mutex);
    return static_cast<int>(
        std::count_if(m_impl->log.begin(), m_impl->log.end(), [&](const RecordedRequest& request) {
            return call == ImCall::any || request.call == call;
        }));
}

int ImDouble::changing_requests() const {
    return count(ImCall::create) + count(ImCall::update) + count(ImCall::remove);
}

std::vector<DoubleInfra> ImDouble::infrastructures() const {
    const std::lock_guard lock(m_impl->mutex);
    std::vector<DoubleInfra> known;
    for (const LiveInfra& infra : m_impl->infras) {
        known.push_back(infra.known);
    }
    return known;
}

int ImDouble::created(const std::string& infra_name) const {
    const std::vector<DoubleInfra> all = infrastructures();
    return static_cast<int>(std::count_if(all.begin(), all.end(), [&](const DoubleInfra& infra) {
        return infra_name.empty() || infra.infra_name == infra_name;
    }));
}

int ImDouble::live(const std::string& infra_name) const {
    const std::vector<DoubleInfra> all = infrastructures();
    return static_cast<int>(std::count_if(all.begin(), all.end(), [&](const DoubleInfra& infra) {
        return infra.live && (infra_name.empty() || infra.infra_name == infra_name);
    }));
}

int ImDouble::most_live_at_once(const std::string& infra_name) const {
    const std::lock_guard lock(m_impl->mutex);
    const auto found = m_impl->most_live.find(infra_name);
    return found == m_impl->most_live.end() ? 0 : found->second;
}

void ImDouble::set_state(const std::string& infra_name, ImStateName state) {
    const std::lock_guard lock(m_impl->mutex);
    for (LiveInfra& infra : m_impl->infras) {
        if (infra_name.empty() || infra.known.infra_name == infra_name) {
            infra.fixed = state;
            infra.known.state = state;
        }
    }
}

void ImDouble::vanish(const std::string& infra_name) {
    const std::lock_guard lock(m_impl->mutex);
    for (LiveInfra& infra : m_impl->infras) {
        if (infra.known.infra_name == infra_name) {
            infra.known.live = false;
        }
    }
}

std::string
small_document(const std::string& infra_name, const std::string& tag, const std::string& extra) {
    return "tosca_definitions_version: tosca_simple_yaml_1_0\nmetadata:\n" +
           (tag.empty() ? std::string() : "  aisprint_tag: " + tag + "\n") +
           "  infra_name: " + infra_name + "\n" + extra;
}

} // namespace aisprint::clients::test
