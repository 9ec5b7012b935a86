// A TensorProto's elements, checked against the bytes that are there before anything is reserved.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

#include "formats/onnx/value.hpp"

namespace sluice::formats::onnx {

/// `where` names file and tensor. Throws Error(model) as read_graph.
Value read_tensor(const ::onnx::TensorProto& proto, const std::string& where);

}  // namespace sluice::formats::onnx
