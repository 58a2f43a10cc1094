// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/http.hpp"

#include <gtest/gtest.h>

namespace aisprint::clients {
namespace {

TEST(HttpResponse, HeadersAreFoundInAnyCase) {
    const HttpResponse response{200, {{"Content-Type", "text/plain"}, {"InfID", "1f0e"}}, ""};
    EXPECT_EQ(response.header("content-type"), "text/plain");
    EXPECT_EQ(response.header("INFID"), "1f0e");
    EXPECT_EQ(response.header("InfI"), "");
}

TEST(PercentEncoding, KeepsUnreservedCharactersOnly) {
    EXPECT_EQ(percent_encoded("a-Z_0.9~"), "a-Z_0.9~");
    EXPECT_EQ(percent_encoded("a b/\xc3\xa9%"), "a%20b%2F%C3%A9%25");
}

} // namespace
} // namespace aisprint::clients
