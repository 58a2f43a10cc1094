# SPDX-License-Identifier: Apache-2.0
# Builds the program from source on BASE and keeps it with its run-time libraries only. A copy of
# the Python grammar in build/deps/tree-sitter-python (tools/deps puts it there) is used if it is
# part of the context, else it is fetched.
ARG BASE=debian:12-slim
FROM ${BASE} AS build
WORKDIR /src
COPY . .
RUN tools/deps build \
    && cmake --preset release \
    && cmake --build build/release --target aisprint \
    && cmake --install build/release --prefix /opt/aisprint --strip

FROM ${BASE}
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates libcurl4 libfmt9 libonnx1 libprotobuf32 libpugixml1v5 libssl3 \
        openssh-client \
        libsvm3 libtree-sitter0 libxgboost0 libyaml-cpp0.7 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/aisprint /opt/aisprint
ENV PATH=/opt/aisprint/bin:$PATH
WORKDIR /work
CMD ["aisprint", "--help"]
