// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/diagnostic.hpp"

#include <tl/expected.hpp>

#include <string>
#include <utility>
#include <vector>

namespace aisprint {

/// What kind of failure it is; decides the exit code of the program.
/// `degraded`: done, but with something missing.
enum class ErrorKind { usage, input, infeasible, remote, degraded, io, cancelled, internal };

/// Why something could not be done: a kind and at least one diagnostic.
struct Failure {
    ErrorKind kind = ErrorKind::internal;
    std::vector<Diagnostic> diagnostics;
};

/// A value, or the reasons why there is none. Warnings are not here: they go to a Reporter.
template <class T>
using Result = tl::expected<T, Failure>;

/// A failure of one diagnostic, ready to be returned from a function that returns a Result.
[[nodiscard]] inline tl::unexpected<Failure> fail(ErrorKind kind, Diagnostic diagnostic) {
    return tl::unexpected<Failure>(Failure{kind, {std::move(diagnostic)}});
}

/// A failure of many diagnostics.
[[nodiscard]] inline tl::unexpected<Failure> fail(ErrorKind kind,
                                                  std::vector<Diagnostic> diagnostics) {
    return tl::unexpected<Failure>(Failure{kind, std::move(diagnostics)});
}

/// Adds a note ("while ...") to every diagnostic of a failure.
template <class T>
[[nodiscard]] Result<T> with_context(Result<T> result, const std::string& text) {
    if (!result) {
        for (Diagnostic& diagnostic : result.error().diagnostics) {
            diagnostic.notes.push_back({text, std::nullopt});
        }
    }
    return result;
}

/// Reports a broken invariant and ends the process; for AISPRINT_ASSERT only.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

} // namespace aisprint

#define AISPRINT_CONCAT_IMPL(a, b) a##b
#define AISPRINT_CONCAT(a, b) AISPRINT_CONCAT_IMPL(a, b)

/// Evaluates a Result and returns its failure, if it is one, from the enclosing function.
#define AISPRINT_TRY(expression)                                                                   \
    do {                                                                                           \
        auto&& aisprint_result = (expression);                                                     \
        if (!aisprint_result) {                                                                    \
            return tl::unexpected<::aisprint::Failure>(std::move(aisprint_result).error());        \
        }                                                                                          \
    } while (false)

#define AISPRINT_TRY_ASSIGN_IMPL(result, variable, expression)                                     \
    auto result = (expression);                                                                    \
    if (!result) {                                                                                 \
        return tl::unexpected<::aisprint::Failure>(std::move(result).error());                     \
    }                                                                                              \
    variable = std::move(result).value()

/// Declares or assigns `variable` from a Result, or returns its failure.
#define AISPRINT_TRY_ASSIGN(variable, expression)                                                  \
    AISPRINT_TRY_ASSIGN_IMPL(AISPRINT_CONCAT(aisprint_result_, __LINE__), variable, expression)

/// Checks an invariant of our own code, in release builds too.
#define AISPRINT_ASSERT(condition)                                                                 \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            ::aisprint::assertion_failed(#condition, __FILE__, __LINE__);                          \
        }                                                                                          \
    } while (false)
