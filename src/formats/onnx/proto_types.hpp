// ONNX's numbers for element types, without protobuf.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "formats/dtype.hpp"

namespace sluice::formats::onnx {

/// The types that can be held, under ONNX's names.
inline constexpr const char* kHeldTypes = "FLOAT, DOUBLE, FLOAT16, BFLOAT16, INT64, INT32 or BOOL";

/// The type with this number in TensorProto.DataType, where it can be held.
std::optional<DType> dtype_of(std::int64_t data_type);

/// "FLOAT16", or "type 99" where the number has no name.
std::string data_type_name(std::int64_t data_type);

}  // namespace sluice::formats::onnx
