// Operators that change the shape of an array, or return it.
#include <algorithm>
#include <set>
#include <utility>

#include "formats/onnx/kernels.hpp"

namespace sluice::formats::onnx::kernels {
namespace {

// Axes of an array with `rank` dimensions, without duplicates.
std::set<std::size_t> axes_of(const Call& call, const std::vector<std::int64_t>& listed,
                              std::size_t rank) {
  std::set<std::size_t> axes;
  for (const std::int64_t axis : listed) {
    if (!axes.insert(call.axis(axis, rank)).second) {
      call.refuse("an axis is named twice", "", std::to_string(axis));
    }
  }
  return axes;
}

}  // namespace

Values identity(const Call& call) { return {call.input(0)}; }

// The identity in inference. The mask is true from opset 12 on; before, ONNX leaves it open and
// ONNX Runtime returns false.
Values dropout(const Call& call) {
  const Value& x = call.input(0);
  if (const Value* training = call.optional(2)) {
    call.expect_type(training->dtype() == DType::boolean, *training, "bool");
    const auto& flag = training->as<std::uint8_t>();
    if (!flag.empty() && flag[0] != 0) {
      call.refuse("it is in training mode", "training_mode false", "true",
                  "export the model for inference");
    }
  }
  Values results = {x};
  if (call.wants(1)) {
    if (call.opset < 10) call.refuse("its mask is requested", "the mask only from opset 10 on");
    const std::uint8_t kept = call.opset < 12 ? 0 : 1;
    results.emplace_back(DType::boolean, x.shape(), std::vector<std::uint8_t>(x.count(), kept));
  }
  return results;
}

Values reshape(const Call& call) {
  const Value& x = call.input(0);
  const bool zero_is_zero = call.integer("allowzero", 0) != 0;
  const std::vector<std::int64_t> lengths = call.integers(1);
  std::vector<std::int64_t> wanted = lengths;
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == -1) {
      if (open) call.refuse_value("two lengths of -1 in its shape", "one at most", "");
      open = i;
      wanted[i] = 1;
    } else if (wanted[i] == 0 && !zero_is_zero) {
      if (i >= x.rank()) {
        call.refuse("its shape copies a length that the array does not have",
                    std::to_string(x.rank()) + " dimensions", "a 0 at " + std::to_string(i));
      }
      wanted[i] = static_cast<std::int64_t>(x.shape()[i]);
    }
  }
  Shape shape = call.shape_from(wanted);
  const std::size_t rest = count_of(shape);
  if (open && rest > 0 && x.count() % rest == 0) shape[*open] = x.count() / rest;
  if (count_of(shape) != x.count() || (open && rest == 0)) {
    std::string got;
    for (const std::int64_t length : lengths) {
      got += (got.empty() ? "[" : ", ") + std::to_string(length);
    }
    call.refuse("the shape does not fit the elements",
                "a shape of the " + std::to_string(x.count()) + " elements of " +
                    formats::to_string(x.shape()),
                got.empty() ? "[]" : got + "]");
  }
  return {x.reshaped(std::move(shape))};
}

Values squeeze(const Call& call) {
  const Value& x = call.input(0);
  const auto listed = call.listed("axes", 1);
  std::set<std::size_t> axes;
  if (listed) {
    axes = axes_of(call, *listed, x.rank());
  } else {
    for (std::size_t i = 0; i < x.rank(); ++i) {
      if (x.shape()[i] == 1) axes.insert(i);
    }
  }
  Shape shape;
  for (std::size_t i = 0; i < x.rank(); ++i) {
    if (axes.count(i) == 0) {
      shape.push_back(x.shape()[i]);
    } else if (x.shape()[i] != 1) {
      call.refuse("axis " + std::to_string(i) + " cannot be squeezed", "length 1",
                  formats::to_string(x.shape()));
    }
  }
  return {x.reshaped(std::move(shape))};
}

Values unsqueeze(const Call& call) {
  const Value& x = call.input(0);
  const std::vector<std::int64_t> listed = *call.listed("axes", 1);
  const std::size_t rank = x.rank() + listed.size();
  const std::set<std::size_t> axes = axes_of(call, listed, rank);
  Shape shape;
  std::size_t next = 0;
  for (std::size_t i = 0; i < rank; ++i) {
    shape.push_back(axes.count(i) > 0 ? 1 : x.shape()[next++]);
  }
  return {x.reshaped(call.allowed(std::move(shape)))};
}

Values flatten(const Call& call) {
  const Value& x = call.input(0);
  const std::int64_t at = call.integer("axis", 1);
  const bool end = at == static_cast<std::int64_t>(x.rank());  // one past the last axis
  const std::size_t axis = end ? x.rank() : call.axis(at, x.rank());
  const auto middle = x.shape().begin() + static_cast<std::ptrdiff_t>(axis);
  return {x.reshaped(
      {count_of(Shape(x.shape().begin(), middle)), count_of(Shape(middle, x.shape().end()))})};
}

Values shape(const Call& call) {
  const Shape& input_shape = call.input(0).shape();
  const auto rank = static_cast<std::int64_t>(input_shape.size());
  const auto place = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const std::int64_t start = place(call.integer("start", 0));
  const std::int64_t end = std::max(start, place(call.integer("end", rank)));
  const std::vector<std::int64_t> lengths(input_shape.begin() + start, input_shape.begin() + end);
  return {Value(DType::i64, {lengths.size()}, lengths)};
}

}  // namespace sluice::formats::onnx::kernels
