// Call's methods: what kernels read from their node, and errors that name the node.
#include <algorithm>
#include <utility>

#include "formats/onnx/operator.hpp"

namespace sluice::formats::onnx {

const Attribute* Call::attribute(const std::string& name) const {
  const auto found = node.attributes.find(name);
  return found == node.attributes.end() ? nullptr : &found->second;
}

std::int64_t Call::integer(const std::string& name, std::int64_t otherwise) const {
  const Attribute* found = attribute(name);
  return found == nullptr ? otherwise : found->integer;
}

float Call::real(const std::string& name, float otherwise) const {
  const Attribute* found = attribute(name);
  return found == nullptr ? otherwise : found->real;
}

std::size_t Call::axis(std::int64_t axis, std::size_t rank) const {
  const auto limit = static_cast<std::int64_t>(rank);
  if (axis < -limit || axis >= limit) {
    refuse("an axis that the array does not have",
           rank == 0 ? "no axis" : std::to_string(-limit) + " to " + std::to_string(limit - 1),
           std::to_string(axis));
  }
  return static_cast<std::size_t>(axis < 0 ? axis + limit : axis);
}

std::vector<std::int64_t> Call::integers(std::size_t place) const {
  const Value& value = input(place);
  if (value.rank() > 1) {
    refuse("input " + std::to_string(place) + " has too many dimensions", "one",
           formats::to_string(value.shape()));
  }
  return integers_of(value);
}

std::vector<std::int64_t> Call::integers_of(const Value& value) const {
  if (value.dtype() == DType::i64) return value.as<std::int64_t>();
  expect_type(value.dtype() == DType::i32, value, "int64 or int32");
  const auto& narrow = value.as<std::int32_t>();
  return {narrow.begin(), narrow.end()};
}

std::optional<std::vector<std::int64_t>> Call::listed(const std::string& name,
                                                      std::size_t place) const {
  if (const Attribute* found = attribute(name)) return found->integers;
  if (optional(place) != nullptr) return integers(place);
  return std::nullopt;
}

Shape Call::shape_from(const std::vector<std::int64_t>& lengths) const {
  Shape shape;
  for (const std::int64_t length : lengths) {
    if (length < 0) refuse_value("a negative length in a shape", "", std::to_string(length));
    shape.push_back(static_cast<std::size_t>(length));
  }
  return allowed(std::move(shape));
}

Shape Call::allowed(Shape shape) const {
  if (shape.size() > kMaxRank) {
    refuse("too many dimensions", "at most " + std::to_string(kMaxRank),
           std::to_string(shape.size()));
  }
  Shape others = shape;
  others.erase(std::remove(others.begin(), others.end(), std::size_t{0}), others.end());
  const auto count = element_count(others, DType::f64);
  if (count && *count > max_elements && *count <= budget.max_elements()) {
    refuse("the arrays of the run take too much memory",
           "room for at most " + std::to_string(max_elements) + " elements beside the live arrays",
           formats::to_string(shape), "give fewer sequences or steps at a time");
  }
  if (!count || *count > max_elements) {
    refuse("its result is too large for the run's inputs",
           "at most " + std::to_string(max_elements) + " elements", formats::to_string(shape),
           "give fewer sequences or steps at a time");
  }
  return shape;
}

void Call::expect_type(bool fits, const Value& value, const char* expected) const {
  if (!fits) refuse("its input has another type", expected, type_name(value.dtype()));
}

void Call::expect_same_type(const Value& a, const Value& b) const {
  if (a.dtype() == b.dtype()) return;
  refuse("its inputs have different types", type_name(a.dtype()), type_name(b.dtype()),
         "put a Cast before it");
}

void Call::refuse(std::string what, std::string expected, std::string got, std::string hint) const {
  throw Error(ErrorCode::shape, {.where = node.where,
                                 .what = std::move(what),
                                 .expected = std::move(expected),
                                 .got = std::move(got),
                                 .hint = std::move(hint)});
}

void Call::refuse_value(std::string what, std::string expected, std::string got) const {
  throw Error(ErrorCode::data, {.where = node.where,
                                .what = std::move(what),
                                .expected = std::move(expected),
                                .got = std::move(got)});
}

}  // namespace sluice::formats::onnx
