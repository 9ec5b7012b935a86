// Reads raw_data or the typed fields of a TensorProto, and rejects tensors that use the wrong
// field, both, or external data.
#include "formats/onnx/proto_tensor.hpp"

#include <array>
#include <cstring>
#include <utility>

#include "formats/onnx/graph_error.hpp"
#include "formats/onnx/proto_types.hpp"

namespace sluice::formats::onnx {
namespace {

using ::onnx::TensorProto;

Shape read_shape(const TensorProto& proto, const std::string& where) {
  if (static_cast<std::size_t>(proto.dims_size()) > kMaxRank) {
    fail(where, "too many dimensions", "at most " + std::to_string(kMaxRank),
         std::to_string(proto.dims_size()));
  }
  Shape shape;
  for (const std::int64_t length : proto.dims()) {
    if (length < 0) fail(where, "a negative length in its shape", "", std::to_string(length));
    shape.push_back(static_cast<std::size_t>(length));
  }
  return shape;
}

void check_typed_count(std::size_t got, std::size_t expected, const std::string& where) {
  if (got == expected) return;
  fail(where, "the shape does not fit the elements", std::to_string(expected) + " elements",
       std::to_string(got));
}

// int32_data also holds booleans and the bits of 16-bit floats.
template <class To>
std::vector<To> narrow(const TensorProto& proto, std::int32_t highest, const std::string& where) {
  std::vector<To> values;
  values.reserve(static_cast<std::size_t>(proto.int32_data_size()));
  for (const std::int32_t value : proto.int32_data()) {
    if (value < 0 || value > highest) {
      fail(where, "an element is out of range", "0.." + std::to_string(highest),
           std::to_string(value));
    }
    values.push_back(static_cast<To>(value));
  }
  return values;
}

template <class Field>
Value from_field(DType dtype, Shape shape, const Field& field, const std::string& where) {
  check_typed_count(static_cast<std::size_t>(field.size()), count_of(shape), where);
  using T = typename Field::value_type;
  return {dtype, std::move(shape), std::vector<T>(field.begin(), field.end())};
}

Value from_fields(const TensorProto& proto, DType dtype, Shape shape, const std::string& where) {
  switch (dtype) {
    case DType::f32:
      return from_field(dtype, std::move(shape), proto.float_data(), where);
    case DType::f64:
      return from_field(dtype, std::move(shape), proto.double_data(), where);
    case DType::i64:
      return from_field(dtype, std::move(shape), proto.int64_data(), where);
    case DType::i32:
      return from_field(dtype, std::move(shape), proto.int32_data(), where);
    case DType::boolean:
      check_typed_count(static_cast<std::size_t>(proto.int32_data_size()), count_of(shape), where);
      return {dtype, std::move(shape), narrow<std::uint8_t>(proto, 1, where)};
    case DType::f16:
    case DType::bf16: {
      check_typed_count(static_cast<std::size_t>(proto.int32_data_size()), count_of(shape), where);
      const std::vector<std::uint16_t> bits = narrow<std::uint16_t>(proto, 0xffff, where);
      const std::string_view bytes(reinterpret_cast<const char*>(bits.data()), 2 * bits.size());
      return {dtype, std::move(shape), *convert<float>(bytes, dtype)};
    }
    default:
      not_held(dtype);
  }
}

// The name of the first element field that is set but should not be.
std::string stray_field(const TensorProto& proto, DType dtype) {
  const std::array<std::pair<const char*, bool>, 6> fields = {{
      {"float_data", proto.float_data_size() > 0 && dtype != DType::f32},
      {"double_data", proto.double_data_size() > 0 && dtype != DType::f64},
      {"int64_data", proto.int64_data_size() > 0 && dtype != DType::i64},
      {"int32_data", proto.int32_data_size() > 0 &&
                         (dtype == DType::f32 || dtype == DType::f64 || dtype == DType::i64)},
      {"uint64_data", proto.uint64_data_size() > 0},
      {"string_data", proto.string_data_size() > 0},
  }};
  for (const auto& field : fields) {
    if (field.second) return field.first;
  }
  return "";
}

bool has_typed_elements(const TensorProto& proto) {
  return proto.float_data_size() + proto.double_data_size() + proto.int64_data_size() +
             proto.int32_data_size() >
         0;
}

}  // namespace

std::optional<DType> dtype_of(std::int64_t data_type) {
  switch (data_type) {
    case TensorProto::FLOAT:
      return DType::f32;
    case TensorProto::DOUBLE:
      return DType::f64;
    case TensorProto::FLOAT16:
      return DType::f16;
    case TensorProto::BFLOAT16:
      return DType::bf16;
    case TensorProto::INT64:
      return DType::i64;
    case TensorProto::INT32:
      return DType::i32;
    case TensorProto::BOOL:
      return DType::boolean;
    default:
      return std::nullopt;
  }
}

std::string data_type_name(std::int64_t data_type) {
  const auto number = static_cast<int>(data_type);
  return number == data_type && ::onnx::TensorProto_DataType_IsValid(number)
             ? ::onnx::TensorProto_DataType_Name(static_cast<::onnx::TensorProto_DataType>(number))
             : "type " + std::to_string(data_type);
}

Value read_tensor(const TensorProto& proto, const std::string& where) {
  if (proto.data_location() == TensorProto::EXTERNAL || proto.external_data_size() > 0) {
    fail(where, "its elements are in another file", "", "",
         "save the model as one file: onnx.save(model, PATH, save_as_external_data=False)");
  }
  if (proto.has_segment()) fail(where, "it is one segment of a tensor", "a whole tensor");
  const std::optional<DType> dtype = dtype_of(proto.data_type());
  if (!dtype) {
    fail(where, "its element type is not supported", kHeldTypes, data_type_name(proto.data_type()),
         "cast it in the original model");
  }
  Shape shape = read_shape(proto, where);
  const auto count = element_count(shape, *dtype);
  if (!count || !is_reasonable(shape))
    fail(where, "its shape overflows", "", formats::to_string(shape));
  if (const std::string field = stray_field(proto, *dtype); !field.empty()) {
    fail(where, "its elements are in the wrong field", "those of " + type_name(*dtype), field);
  }
  if (!proto.has_raw_data()) return from_fields(proto, *dtype, std::move(shape), where);
  if (has_typed_elements(proto)) fail(where, "its elements are there twice");
  if (proto.raw_data().size() != *count * size_of(*dtype)) {
    fail(where, "the shape does not fit the bytes",
         std::to_string(*count * size_of(*dtype)) + " bytes for " + formats::to_string(shape),
         std::to_string(proto.raw_data().size()));
  }
  return Value::from_tensor({"", std::move(shape), *dtype, proto.raw_data()});
}

}  // namespace sluice::formats::onnx
