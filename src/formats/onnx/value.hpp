// An array that a graph computes with. Copies share their elements, which never change.
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

/// No operator makes an array of more dimensions.
inline constexpr std::size_t kMaxRank = 16;

/// Row-major. f16 and bf16 are held as floats that they can represent, booleans as 0 and 1.
class Value {
 public:
  using Elements = std::variant<std::vector<float>, std::vector<double>, std::vector<std::int64_t>,
                                std::vector<std::int32_t>, std::vector<std::uint8_t>>;

  /// An empty vector of floats.
  Value();
  /// Rounds the elements of f16 and bf16. The elements must be of the type that holds `dtype`, and
  /// as many as the shape says.
  Value(DType dtype, Shape shape, Elements elements);

  /// Whether arrays of this type can be held.
  static bool holds(DType dtype);
  /// From a stored array whose type can be held and whose bytes fit its shape.
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

  /// Bytes of its elements, as they are held.
  std::size_t bytes() const;
  /// Whether no copy of it is there, which would share its elements.
  bool alone() const { return elements_.use_count() == 1; }

  /// The same elements in another shape of as many.
  Value reshaped(Shape shape) const;

 private:
  DType dtype_ = DType::f32;
  Shape shape_;
  std::shared_ptr<const Elements> elements_;
};

/// What a switch over the types that are held ends with: throws Error(internal).
[[noreturn]] void not_held(DType dtype);

/// "float32", ONNX's and NumPy's name of the type.
std::string type_name(DType dtype);
bool is_float(DType dtype);    ///< f64, f32, f16 or bf16
bool is_integer(DType dtype);  ///< i64 or i32

/// Whether the lengths that are not 0 make up no more than any result may have: an array without
/// elements can have other lengths that someone goes through.
bool is_reasonable(const Shape& shape);

/// Elements of a shape whose product is known not to overflow.
std::size_t count_of(const Shape& shape);

}  // namespace sluice::formats::onnx
