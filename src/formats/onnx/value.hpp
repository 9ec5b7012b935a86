// An array during the computation of a graph. Copies share their elements, which never change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "formats/dtype.hpp"
#include "formats/safetensors.hpp"

namespace sluice::formats::onnx {

using Shape = std::vector<std::size_t>;

/// Most dimensions of any operator's result.
inline constexpr std::size_t kMaxRank = 16;

/// Row-major. f16 and bf16 are held as floats rounded to their precision, booleans as 0 and 1.
class Value {
 public:
  using Elements = std::variant<std::vector<float>, std::vector<double>, std::vector<std::int64_t>,
                                std::vector<std::int32_t>, std::vector<std::uint8_t>>;

  /// An empty float vector.
  Value();
  /// Rounds the elements of f16 and bf16. The elements must be of the type that holds `dtype`, as
  /// many as the shape has.
  Value(DType dtype, Shape shape, Elements elements);

  /// Whether arrays of this type are supported.
  static bool holds(DType dtype);
  /// Converts a stored array of a supported type whose bytes fit its shape.
  static Value from_tensor(const Tensor& tensor);
  Tensor to_tensor(std::string name) const;

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  std::size_t rank() const { return shape_.size(); }
  std::size_t count() const;
  const Elements& elements() const { return *elements_; }
  template <class T>
  const std::vector<T>& as() const {
    return std::get<std::vector<T>>(*elements_);
  }

  /// Bytes of its elements in memory.
  std::size_t bytes() const;
  /// Whether no other Value shares its elements.
  bool alone() const { return elements_.use_count() == 1; }

  /// The same elements in another shape of the same size.
  Value reshaped(Shape shape) const;

 private:
  DType dtype_ = DType::f32;
  Shape shape_;
  std::shared_ptr<const Elements> elements_;
};

/// The default case of a switch over supported types: throws Error(internal).
[[noreturn]] void not_held(DType dtype);

/// The type's name in ONNX and NumPy: "float32".
std::string type_name(DType dtype);
bool is_float(DType dtype);    ///< f64, f32, f16 or bf16
bool is_integer(DType dtype);  ///< i64 or i32

/// Whether the product of the nonzero lengths is within the limit of results: an array without
/// elements can still have huge other lengths that code loops over.
bool is_reasonable(const Shape& shape);

/// Number of elements of a shape that is known not to overflow.
std::size_t count_of(const Shape& shape);

}  // namespace sluice::formats::onnx
