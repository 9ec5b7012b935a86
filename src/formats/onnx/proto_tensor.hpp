// Reads the elements of a TensorProto; checks its sizes against the actual bytes before allocating.
#pragma once

#include <onnx/onnx_pb.h>

#include <string>

#include "formats/onnx/value.hpp"

namespace sluice::formats::onnx {

/// `where` names file and tensor. Throws Error(model) as read_graph.
Value read_tensor(const ::onnx::TensorProto& proto, const std::string& where);

}  // namespace sluice::formats::onnx
