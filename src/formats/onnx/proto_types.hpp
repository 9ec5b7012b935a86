// ONNX's numbers for element types, without protobuf.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "formats/dtype.hpp"

namespace sluice::formats::onnx {

/// The supported types, by ONNX's names.
inline constexpr const char* kHeldTypes = "FLOAT, DOUBLE, FLOAT16, BFLOAT16, INT64, INT32 or BOOL";

/// The type with this number in TensorProto.DataType; nullopt if unsupported.
std::optional<DType> dtype_of(std::int64_t data_type);

/// "FLOAT16", or "type 99" for an unknown number.
std::string data_type_name(std::int64_t data_type);

}  // namespace sluice::formats::onnx
