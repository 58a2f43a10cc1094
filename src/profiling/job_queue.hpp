// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/time_table.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

namespace aisprint::profiling {

/// An object that waits to be processed.
struct QueuedObject {
    std::string key;
    Moment created;
};

/// Objects of one bucket that wait for a slot, in the order in which they came. Complete when it is
/// closed and everything taken is finished.
class JobQueue {
public:
    /// Adds an object.
    void push(QueuedObject object);

    /// No further objects will come; true if that made the queue complete.
    [[nodiscard]] bool close();

    /// The next object; nothing when the queue is complete, or a stop is asked for. Each object
    /// taken must be finished.
    [[nodiscard]] std::optional<QueuedObject> take(const std::stop_token& stop);

    /// An object that was taken is done; true if that made the queue complete.
    [[nodiscard]] bool finish();

    /// How many objects are done, and how many came so far.
    [[nodiscard]] std::size_t done() const;
    [[nodiscard]] std::size_t known() const;

private:
    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<QueuedObject> m_waiting;
    std::size_t m_known = 0;
    std::size_t m_done = 0;
    bool m_closed = false;
};

} // namespace aisprint::profiling
