// Matrix products. Floats are summed in double precision, in a fixed order.
#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "formats/onnx/kernels.hpp"
#include "formats/onnx/strided.hpp"

namespace sluice::formats::onnx::kernels {
namespace {

template <class T>
struct SumOf {
  using type = std::make_unsigned_t<T>;  // integers wrap
};
template <>
struct SumOf<float> {
  using type = double;
};
template <>
struct SumOf<double> {
  using type = double;
};

struct Sizes {
  std::size_t rows, inner, columns;
};

// c [rows, columns] = a [rows, inner] b [inner, columns]
template <class T>
void multiply(const T* a, const T* b, T* c, const Sizes& sizes) {
  using S = typename SumOf<T>::type;
  std::vector<S> row(sizes.columns);
  for (std::size_t i = 0; i < sizes.rows; ++i) {
    std::fill(row.begin(), row.end(), S{0});
    for (std::size_t k = 0; k < sizes.inner; ++k) {
      const S factor = static_cast<S>(a[i * sizes.inner + k]);
      const T* b_row = b + k * sizes.columns;
      for (std::size_t j = 0; j < sizes.columns; ++j) row[j] += factor * static_cast<S>(b_row[j]);
    }
    for (std::size_t j = 0; j < sizes.columns; ++j) {
      c[i * sizes.columns + j] = static_cast<T>(row[j]);
    }
  }
}

Shape with_matrix(Shape batch, std::size_t rows, std::size_t columns) {
  batch.insert(batch.end(), {rows, columns});
  return batch;
}

Shape without_matrix(const Shape& shape) { return {shape.begin(), shape.end() - 2}; }

// The matrices of a and b are broadcast to the batch of the result.
template <class T>
Value multiplied(const Value& a, const Value& b, Shape shape, const Sizes& sizes) {
  std::vector<T> c(count_of(shape));
  const Shape batch = without_matrix(shape);
  const std::array<Strides, 2> strides = {repeated_strides(without_matrix(a.shape()), batch),
                                          repeated_strides(without_matrix(b.shape()), batch)};
  if (c.empty()) return {a.dtype(), std::move(shape), std::move(c)};
  for_each_place(batch, strides, [&](std::size_t m, const std::array<std::ptrdiff_t, 2>& from) {
    multiply(a.as<T>().data() + static_cast<std::size_t>(from[0]) * sizes.rows * sizes.inner,
             b.as<T>().data() + static_cast<std::size_t>(from[1]) * sizes.inner * sizes.columns,
             c.data() + m * sizes.rows * sizes.columns, sizes);
  });
  return {a.dtype(), std::move(shape), std::move(c)};
}

[[noreturn]] void refuse_shapes(const Call& call, const Value& a, const Value& b) {
  call.refuse("its matrices do not fit", "[.., M, K] and [.., K, N]",
              formats::to_string(a.shape()) + " and " + formats::to_string(b.shape()));
}

Value product_of(const Call& call, const Value& a, const Value& b) {
  const Sizes sizes{a.shape()[a.rank() - 2], a.shape().back(), b.shape().back()};
  const auto batch = broadcast_shape(without_matrix(a.shape()), without_matrix(b.shape()));
  if (!batch || b.shape()[b.rank() - 2] != sizes.inner) refuse_shapes(call, a, b);
  Shape shape = call.allowed(with_matrix(*batch, sizes.rows, sizes.columns));
  call.spend(static_cast<double>(count_of(shape)) * static_cast<double>(sizes.inner));
  switch (a.dtype()) {
    case DType::f64:
      return multiplied<double>(a, b, std::move(shape), sizes);
    case DType::i64:
      return multiplied<std::int64_t>(a, b, std::move(shape), sizes);
    case DType::i32:
      return multiplied<std::int32_t>(a, b, std::move(shape), sizes);
    case DType::f32:
    case DType::f16:
    case DType::bf16:
      return multiplied<float>(a, b, std::move(shape), sizes);
    default:
      not_held(a.dtype());
  }
}

Value transposed(const Value& matrix) {
  const Strides own = strides_of(matrix.shape());
  return take(matrix, {matrix.shape()[1], matrix.shape()[0]}, {own[1], own[0]});
}

// y = alpha y + beta c
template <class T>
Value scaled_sum(const Value& y, float alpha, const Value* c, float beta) {
  std::vector<T> all = y.as<T>();
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i] *= static_cast<T>(alpha);
    if (c != nullptr) all[i] += static_cast<T>(beta) * c->as<T>()[i];
  }
  return {y.dtype(), y.shape(), std::move(all)};
}

}  // namespace

// NumPy's rule: a vector is a row on the left, a column on the right, and that axis is dropped from
// the result.
Values matmul(const Call& call) {
  const Value &a = call.input(0), &b = call.input(1);
  call.expect_same_type(a, b);
  call.expect_type(a.dtype() != DType::boolean, a, "numbers");
  if (a.rank() == 0 || b.rank() == 0) refuse_shapes(call, a, b);
  const bool row = a.rank() == 1, column = b.rank() == 1;
  const Value c = product_of(call, row ? a.reshaped({1, a.count()}) : a,
                             column ? b.reshaped({b.count(), 1}) : b);
  Shape shape = without_matrix(c.shape());
  if (!row) shape.push_back(c.shape()[c.rank() - 2]);
  if (!column) shape.push_back(c.shape().back());
  return {c.reshaped(std::move(shape))};
}

Values gemm(const Call& call) {
  const Value &a = call.input(0), &b = call.input(1);
  call.expect_same_type(a, b);
  call.expect_type(is_float(a.dtype()), a, "floats");
  if (a.rank() != 2 || b.rank() != 2) refuse_shapes(call, a, b);
  const Value y = product_of(call, call.integer("transA", 0) != 0 ? transposed(a) : a,
                             call.integer("transB", 0) != 0 ? transposed(b) : b);
  std::optional<Value> c;
  if (const Value* given = call.optional(2)) {
    call.expect_same_type(a, *given);
    if (broadcast_shape(given->shape(), y.shape()) != y.shape()) {
      call.refuse("its C does not fit the product", formats::to_string(y.shape()),
                  formats::to_string(given->shape()));
    }
    c = broadcast_to(*given, y.shape());
  }
  const float alpha = call.real("alpha", 1.0f), beta = call.real("beta", 1.0f);
  const Value* added = c ? &*c : nullptr;
  return {a.dtype() == DType::f64 ? scaled_sum<double>(y, alpha, added, beta)
                                  : scaled_sum<float>(y, alpha, added, beta)};
}

}  // namespace sluice::formats::onnx::kernels
