// SPDX-License-Identifier: Apache-2.0
#include "job_queue.hpp"

#include <utility>

namespace aisprint::profiling {

void JobQueue::push(QueuedObject object) {
    const std::scoped_lock lock(m_mutex);
    m_waiting.push_back(std::move(object));
    ++m_known;
    m_changed.notify_one();
}

bool JobQueue::close() {
    const std::scoped_lock lock(m_mutex);
    m_closed = true;
    m_changed.notify_all();
    return m_done == m_known;
}

std::optional<QueuedObject> JobQueue::take(const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, stop, [this] { return !m_waiting.empty() || m_closed; });
    if (m_waiting.empty() || stop.stop_requested()) {
        return std::nullopt;
    }
    QueuedObject object = std::move(m_waiting.front());
    m_waiting.pop_front();
    return object;
}

bool JobQueue::finish() {
    const std::scoped_lock lock(m_mutex);
    ++m_done;
    return m_closed && m_done == m_known;
}

std::size_t JobQueue::done() const {
    const std::scoped_lock lock(m_mutex);
    return m_done;
}

std::size_t JobQueue::known() const {
    const std::scoped_lock lock(m_mutex);
    return m_known;
}

} // namespace aisprint::profiling
