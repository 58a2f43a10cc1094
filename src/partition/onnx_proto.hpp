// SPDX-License-Identifier: Apache-2.0
#pragma once

// The messages of ONNX, without what the compilers say about their generated code.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <onnx/onnx_pb.h>
#pragma GCC diagnostic pop
