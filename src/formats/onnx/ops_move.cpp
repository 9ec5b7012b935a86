// Operators that reorder, repeat or select elements of their input.
#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "formats/onnx/kernels.hpp"
#include "formats/onnx/strided.hpp"

namespace sluice::formats::onnx::kernels {
namespace {

// One axis of a slice: `count` elements from `start` on, `step` apart.
struct Cut {
  std::size_t count;
  std::ptrdiff_t start, step;
};

Cut cut(std::int64_t start, std::int64_t end, std::int64_t step, std::size_t length) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const auto d = static_cast<std::int64_t>(length);
  if (d == 0) return {0, 0, 0};
  step = std::max(step, -kMost);
  if (start < 0) start += d;
  if (end < 0) end += d;
  const bool up = step > 0;
  start = up ? std::clamp<std::int64_t>(start, 0, d) : std::clamp<std::int64_t>(start, 0, d - 1);
  end = up ? std::clamp<std::int64_t>(end, 0, d) : std::clamp<std::int64_t>(end, -1, d - 1);
  const std::int64_t distance = up ? end - start : start - end;
  if (distance <= 0) return {0, 0, 0};
  const std::int64_t count = (distance - 1) / (up ? step : -step) + 1;
  return {static_cast<std::size_t>(count), start, count > 1 ? step : 0};
}

// x[.., start : start + count, ..] along one axis.
Value part(const Value& x, std::size_t axis, std::size_t start, std::size_t count) {
  const Strides strides = strides_of(x.shape());
  Shape shape = x.shape();
  shape[axis] = count;
  return take(x, std::move(shape), strides, static_cast<std::ptrdiff_t>(start) * strides[axis]);
}

// Sizes as equal as the opset requires.
std::vector<std::int64_t> even_parts(const Call& call, std::size_t length) {
  const std::size_t outputs = call.node.outputs.size();
  if (call.opset < 18) {
    if (length % outputs != 0) {
      call.refuse("its input cannot be split evenly", "a multiple of " + std::to_string(outputs),
                  std::to_string(length));
    }
    return std::vector<std::int64_t>(outputs, static_cast<std::int64_t>(length / outputs));
  }
  if (call.integer("num_outputs", 0) != static_cast<std::int64_t>(outputs)) {
    call.refuse("num_outputs does not fit its outputs", std::to_string(outputs),
                std::to_string(call.integer("num_outputs", 0)));
  }
  const std::size_t each = (length + outputs - 1) / outputs;
  if (each * (outputs - 1) > length) {
    call.refuse("its input is too short to be split", "at least " + std::to_string(outputs),
                std::to_string(length));
  }
  std::vector<std::int64_t> sizes(outputs, static_cast<std::int64_t>(each));
  sizes.back() = static_cast<std::int64_t>(length - each * (outputs - 1));
  return sizes;
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from, std::size_t start, std::size_t count) {
  const auto first = from.begin() + static_cast<std::ptrdiff_t>(start);
  to.insert(to.end(), first, first + static_cast<std::ptrdiff_t>(count));
}

std::size_t product(const Shape& shape, std::size_t from, std::size_t to) {
  return std::accumulate(shape.begin() + static_cast<std::ptrdiff_t>(from),
                         shape.begin() + static_cast<std::ptrdiff_t>(to), std::size_t{1},
                         std::multiplies<>());
}

}  // namespace

Values transpose(const Call& call) {
  const Value& x = call.input(0);
  std::vector<std::int64_t> order(x.rank());
  if (const Attribute* perm = call.attribute("perm")) {
    order = perm->integers;
  } else {
    std::iota(order.rbegin(), order.rend(), 0);
  }
  std::vector<std::int64_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  bool fits = sorted.size() == x.rank();
  for (std::size_t i = 0; fits && i < sorted.size(); ++i) {
    fits = sorted[i] == static_cast<std::int64_t>(i);
  }
  if (!fits) {
    call.refuse("perm does not fit its input", "each axis once of " + std::to_string(x.rank()),
                std::to_string(order.size()) + " axes");
  }
  const Strides own = strides_of(x.shape());
  Shape shape;
  Strides strides;
  for (const std::int64_t axis : order) {
    shape.push_back(x.shape()[static_cast<std::size_t>(axis)]);
    strides.push_back(own[static_cast<std::size_t>(axis)]);
  }
  return {take(x, std::move(shape), strides)};
}

Values expand(const Call& call) {
  const Value& x = call.input(0);
  const Shape wanted = call.shape_from(call.integers(1));
  const auto shape = broadcast_shape(x.shape(), wanted);
  if (!shape) {
    call.refuse("its input cannot be repeated to the shape", formats::to_string(wanted),
                formats::to_string(x.shape()));
  }
  return {broadcast_to(x, call.allowed(*shape))};
}

// Each axis becomes two: the repeats (stride 0) and the axis itself.
Values tile(const Call& call) {
  const Value& x = call.input(0);
  const std::vector<std::int64_t> repeats = call.integers(1);
  if (repeats.size() != x.rank()) {
    call.refuse("its repeats do not fit its input", std::to_string(x.rank()) + " numbers",
                std::to_string(repeats.size()));
  }
  const Shape times = call.shape_from(repeats);
  const Strides own = strides_of(x.shape());
  Shape shape, pairs;
  Strides strides;
  for (std::size_t i = 0; i < x.rank(); ++i) {
    if (times[i] > 0 && x.shape()[i] > call.max_elements / times[i]) {
      call.refuse("its result is too large", "at most " + std::to_string(call.max_elements), "");
    }
    shape.push_back(times[i] * x.shape()[i]);
    pairs.insert(pairs.end(), {times[i], x.shape()[i]});
    strides.insert(strides.end(), {0, own[i]});
  }
  shape = call.allowed(std::move(shape));
  return {take(x, std::move(pairs), strides).reshaped(std::move(shape))};
}

Values slice(const Call& call) {
  const Value& x = call.input(0);
  const std::vector<std::int64_t> starts = *call.listed("starts", 1);
  const std::vector<std::int64_t> ends = *call.listed("ends", 2);
  std::vector<std::int64_t> axes(starts.size());
  std::iota(axes.begin(), axes.end(), 0);
  axes = call.listed("axes", 3).value_or(axes);
  const std::vector<std::int64_t> ones(starts.size(), 1);
  const std::vector<std::int64_t> steps = call.optional(4) != nullptr ? call.integers(4) : ones;
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size()) {
    call.refuse("starts, ends, axes and steps differ in length", std::to_string(starts.size()));
  }
  Shape shape = x.shape();
  Strides strides = strides_of(x.shape());
  std::ptrdiff_t offset = 0;
  std::vector<bool> seen(x.rank(), false);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t axis = call.axis(axes[i], x.rank());
    if (seen[axis]) call.refuse("an axis is named twice", "", std::to_string(axes[i]));
    if (steps[i] == 0) call.refuse_value("a step of 0");
    seen[axis] = true;
    const Cut along = cut(starts[i], ends[i], steps[i], x.shape()[axis]);
    shape[axis] = along.count;
    offset += along.start * strides[axis];
    strides[axis] *= along.step;
  }
  return {take(x, std::move(shape), strides, offset)};
}

Values split(const Call& call) {
  const Value& x = call.input(0);
  const std::size_t axis = call.axis(call.integer("axis", 0), x.rank());
  const std::size_t length = x.shape()[axis];
  const auto listed = call.listed("split", 1);
  if (listed && call.attribute("num_outputs") != nullptr) {
    call.refuse("it has both split and num_outputs", "one of them");
  }
  const std::vector<std::int64_t> sizes = listed ? *listed : even_parts(call, length);
  std::size_t rest = length;
  bool fits = sizes.size() == call.node.outputs.size();
  for (const std::int64_t size : sizes) {
    fits = fits && size >= 0 && static_cast<std::uint64_t>(size) <= rest;
    if (fits) rest -= static_cast<std::size_t>(size);
  }
  if (!fits || rest > 0) {
    call.refuse("its sizes do not fit its input and outputs",
                std::to_string(call.node.outputs.size()) + " sizes of " + std::to_string(length) +
                    " in all");
  }
  Values parts;
  std::size_t start = 0;
  for (const std::int64_t size : sizes) {
    parts.push_back(part(x, axis, start, static_cast<std::size_t>(size)));
    start += static_cast<std::size_t>(size);
  }
  return parts;
}

Values concat(const Call& call) {
  const Value& first = call.input(0);
  const std::size_t axis = call.axis(call.integer("axis", 0), first.rank());
  Shape shape = first.shape();
  shape[axis] = 0;
  for (std::size_t i = 0; i < call.inputs.size(); ++i) {
    if (call.optional(i) == nullptr) call.refuse("its input " + std::to_string(i) + " is missing");
    const Value& next = call.input(i);
    call.expect_same_type(first, next);
    bool fits = next.rank() == first.rank();
    for (std::size_t a = 0; fits && a < first.rank(); ++a) {
      fits = a == axis || next.shape()[a] == first.shape()[a];
    }
    if (!fits) {
      call.refuse("its inputs do not fit one another",
                  formats::to_string(first.shape()) + " but for axis " + std::to_string(axis),
                  formats::to_string(next.shape()));
    }
    shape[axis] += next.shape()[axis];
  }
  shape = call.allowed(std::move(shape));
  const std::size_t outer = product(shape, 0, axis), inner = product(shape, axis + 1, shape.size());
  Value::Elements joined = std::visit(
      [&](const auto& like) {
        using T = typename std::decay_t<decltype(like)>::value_type;
        std::vector<T> all;
        all.reserve(count_of(shape));
        for (std::size_t row = 0; row < outer; ++row) {
          for (const Value* input : call.inputs) {
            const std::size_t block = input->shape()[axis] * inner;
            append(all, input->as<T>(), row * block, block);
          }
        }
        return Value::Elements(std::move(all));
      },
      first.elements());
  return {Value(first.dtype(), std::move(shape), std::move(joined))};
}

Values gather(const Call& call) {
  const Value& x = call.input(0);
  const Value& indices = call.input(1);
  const std::size_t axis = call.axis(call.integer("axis", 0), x.rank());
  const auto length = static_cast<std::int64_t>(x.shape()[axis]);
  std::vector<std::int64_t> places = call.integers_of(indices);
  for (std::int64_t& place : places) {
    if (place < -length || place >= length) {
      call.refuse_value("an index outside its array",
                        std::to_string(-length) + " to " + std::to_string(length - 1),
                        std::to_string(place));
    }
    if (place < 0) place += length;
  }
  Shape shape(x.shape().begin(), x.shape().begin() + static_cast<std::ptrdiff_t>(axis));
  shape.insert(shape.end(), indices.shape().begin(), indices.shape().end());
  shape.insert(shape.end(), x.shape().begin() + static_cast<std::ptrdiff_t>(axis) + 1,
               x.shape().end());
  shape = call.allowed(std::move(shape));
  const std::size_t outer = product(x.shape(), 0, axis);
  const std::size_t inner = product(x.shape(), axis + 1, x.rank());
  Value::Elements gathered = std::visit(
      [&](const auto& from) {
        std::decay_t<decltype(from)> all;
        all.reserve(count_of(shape));
        for (std::size_t row = 0; row < outer; ++row) {
          for (const std::int64_t place : places) {
            append(all, from, (row * x.shape()[axis] + static_cast<std::size_t>(place)) * inner,
                   inner);
          }
        }
        return Value::Elements(std::move(all));
      },
      x.elements());
  return {Value(x.dtype(), std::move(shape), std::move(gathered))};
}

// Reverses the first `length` steps of each sequence; the rest stays.
Values reverse_sequence(const Call& call) {
  const Value& x = call.input(0);
  const std::int64_t batch_axis = call.integer("batch_axis", 1);
  const std::int64_t time_axis = call.integer("time_axis", 0);
  const bool time_first = time_axis == 0;
  if (x.rank() < 2 || (time_axis != 0 && time_axis != 1) || batch_axis != (time_first ? 1 : 0)) {
    call.refuse("its axes do not fit its input", "axes 0 and 1 of at least two dimensions",
                formats::to_string(x.shape()));
  }
  const std::size_t steps = x.shape()[time_first ? 0 : 1], batch = x.shape()[time_first ? 1 : 0];
  const std::vector<std::int64_t> lengths = call.integers(1);
  if (lengths.size() != batch) {
    call.refuse("its lengths do not fit the batch", std::to_string(batch),
                std::to_string(lengths.size()));
  }
  for (const std::int64_t length : lengths) {
    if (length < 0 || length > static_cast<std::int64_t>(steps)) {
      call.refuse_value("a length outside the sequence", "0 to " + std::to_string(steps),
                        std::to_string(length));
    }
  }
  const std::size_t inner = product(x.shape(), 2, x.rank());
  Value::Elements reversed = std::visit(
      [&](const auto& from) {
        std::decay_t<decltype(from)> all;
        all.reserve(from.size());
        for (std::size_t row = 0; row < steps * batch; ++row) {
          const std::size_t t = time_first ? row / batch : row % steps;
          const std::size_t b = time_first ? row % batch : row / steps;
          const auto length = static_cast<std::size_t>(lengths[b]);
          const std::size_t source = t < length ? length - 1 - t : t;
          append(all, from, (time_first ? source * batch + b : b * steps + source) * inner, inner);
        }
        return Value::Elements(std::move(all));
      },
      x.elements());
  return {Value(x.dtype(), x.shape(), std::move(reversed))};
}

}  // namespace sluice::formats::onnx::kernels
