// SPDX-License-Identifier: Apache-2.0
#include "remote_caller.hpp"

#include "answer.hpp"

#include <algorithm>
#include <utility>

namespace aisprint::clients {

namespace {

RemoteError error_of_transport(const TransportError& transport) {
    RemoteError error;
    error.kind = transport.kind == TransportErrorKind::cancelled ? RemoteErrorKind::cancelled
                                                                 : RemoteErrorKind::unreachable;
    error.delivery = transport.delivery;
    error.message = transport.message;
    error.transport = transport.kind;
    return error;
}

RemoteError cancelled(Delivery delivery) {
    RemoteError error;
    error.kind = RemoteErrorKind::cancelled;
    error.delivery = delivery;
    error.message = "cancelled";
    return error;
}

/// True for errors that a short wait may cure: no answer, too many requests, a server's error.
bool is_worth_a_repetition(const RemoteError& error) {
    return error.kind == RemoteErrorKind::server || (error.kind == RemoteErrorKind::unreachable &&
                                                     error.transport != TransportErrorKind::tls);
}

} // namespace

bool RemoteError::is_transient() const {
    switch (kind) {
    case RemoteErrorKind::unreachable:
        return transport != TransportErrorKind::tls;
    case RemoteErrorKind::server:
    case RemoteErrorKind::conflict:
    case RemoteErrorKind::malformed:
        return true;
    case RemoteErrorKind::refused:
    case RemoteErrorKind::unauthorised:
    case RemoteErrorKind::gone:
    case RemoteErrorKind::cancelled:
        return false;
    }
    return false;
}

RemoteResult<HttpResponse> RemoteCaller::send(const HttpRequest& request,
                                              const std::stop_token& stop) const {
    tl::expected<HttpResponse, TransportError> response = m_transport.send(request, stop);
    if (!response) {
        return tl::unexpected<RemoteError>(error_of_transport(response.error()));
    }
    std::optional<RemoteError> found;
    if (response->status < 200 || response->status >= 300) {
        found = m_options.error_of(*response);
    } else if (m_options.error_inside) {
        found = m_options.error_inside(*response);
    }
    if (!found) {
        return std::move(*response);
    }
    RemoteError& error = *found;
    error.retry_after = retry_after(*response, m_clock.wall_time());
    return tl::unexpected<RemoteError>(std::move(error));
}

RemoteResult<HttpResponse> RemoteCaller::send_repeatedly(const std::function<HttpRequest()>& make,
                                                         Repeat repeat,
                                                         const std::stop_token& stop) const {
    Delivery delivery = Delivery::not_sent;
    for (int attempt = 1;; ++attempt) {
        RemoteResult<HttpResponse> response = send(make(), stop);
        if (response || attempt >= m_options.retries.attempts ||
            !is_worth_a_repetition(response.error())) {
            return response;
        }
        if (response.error().delivery == Delivery::unknown) {
            delivery = Delivery::unknown;
            if (repeat == Repeat::if_not_sent) {
                return response;
            }
        }
        pause(attempt + 1, response.error(), stop);
        if (stop.stop_requested()) {
            return tl::unexpected<RemoteError>(cancelled(delivery));
        }
        if (delivery == Delivery::unknown && m_options.is_done && m_options.is_done()) {
            constexpr int k_no_content = 204;
            return HttpResponse{k_no_content, {}, {}};
        }
    }
}

void RemoteCaller::pause(int attempt, const RemoteError& error, const std::stop_token& stop) const {
    const double random = m_options.random ? m_options.random() : 0.0;
    std::chrono::milliseconds duration = m_options.retries.pause_before(attempt, random);
    if (error.retry_after) {
        duration = std::max(duration, std::min(*error.retry_after, m_options.longest_pause));
    }
    m_clock.sleep(duration, stop);
}

} // namespace aisprint::clients
