// Runs an LSTM node: its inputs are arranged for a one-layer network, which runs them, and the
// outputs are arranged as ONNX defines Y, Y_h and Y_c.
#include "formats/onnx/lstm.hpp"

#include <utility>

#include "engine/run.hpp"
#include "formats/onnx/kernels.hpp"
#include "formats/onnx/strided.hpp"

namespace sluice::formats::onnx {
namespace {

enum Input : std::size_t { kX, kW, kR, kB, kLengths, kInitialH, kInitialC, kP };

// Sizes and inputs of one run of a node: X [T, B, I], or [B, T, I] if batch_first; state [D, B, H].
struct Frame {
  const Call& call;
  const LstmAttributes& attributes;
  const engine::Network& network;
  std::size_t steps, batch, directions, hidden;
};

Frame frame_of(const Call& call, const LstmAttributes& attributes, const engine::Network& network) {
  const Value& x = call.input(kX);
  call.expect_type(is_float(x.dtype()) && x.dtype() != DType::f64, x,
                   "float32, float16 or bfloat16");
  const Architecture& architecture = network.architecture();
  const bool batch_first = attributes.batch_first;
  if (x.rank() != 3 || x.shape()[2] != architecture.input) {
    call.refuse("its input X does not fit",
                std::string(batch_first ? "[batch, steps, " : "[steps, batch, ") +
                    std::to_string(architecture.input) + "]",
                formats::to_string(x.shape()));
  }
  return {call,
          attributes,
          network,
          x.shape()[batch_first ? 1 : 0],
          x.shape()[batch_first ? 0 : 1],
          architecture.directions(),
          architecture.hidden[0]};
}

std::vector<std::size_t> lengths_of(const Frame& frame) {
  const Value* given = frame.call.optional(kLengths);
  if (given == nullptr) return {};
  frame.call.expect_type(given->dtype() == DType::i32, *given, "sequence_lens of int32");
  if (given->shape() != Shape{frame.batch}) {
    frame.call.refuse("its sequence_lens do not fit the batch",
                      formats::to_string(Shape{frame.batch}), formats::to_string(given->shape()));
  }
  std::vector<std::size_t> lengths;
  for (const std::int32_t length : given->as<std::int32_t>()) {
    if (length < 0 || static_cast<std::size_t>(length) > frame.steps) {
      frame.call.refuse_value("a length in sequence_lens is outside the sequence",
                              "0 to " + std::to_string(frame.steps), std::to_string(length));
    }
    lengths.push_back(static_cast<std::size_t>(length));
  }
  return lengths;
}

// [D, B, H] <-> [B, D, H]
Value axes_swapped(const Value& state) {
  const Strides own = strides_of(state.shape());
  return take(state, {state.shape()[1], state.shape()[0], state.shape()[2]},
              {own[1], own[0], own[2]});
}

std::vector<float> initial_state(const Frame& frame, std::size_t place, const char* name) {
  const Value* given = frame.call.optional(place);
  if (given == nullptr) return std::vector<float>(frame.directions * frame.batch * frame.hidden);
  frame.call.expect_same_type(frame.call.input(kX), *given);
  const bool batch_first = frame.attributes.batch_first;
  const Shape expected = {batch_first ? frame.batch : frame.directions,
                          batch_first ? frame.directions : frame.batch, frame.hidden};
  if (given->shape() != expected) {
    frame.call.refuse(std::string("its input ") + name + " does not fit",
                      formats::to_string(expected), formats::to_string(given->shape()));
  }
  return batch_first ? axes_swapped(*given).as<float>() : given->as<float>();
}

// A sequence without steps gives zeros, whatever its initial state.
void clear_empty(const Frame& frame, const std::vector<std::size_t>& lengths,
                 std::vector<float>& state) {
  for (std::size_t b = 0; b < frame.batch; ++b) {
    if (frame.steps > 0 && (lengths.empty() || lengths[b] > 0)) continue;
    for (std::size_t d = 0; d < frame.directions; ++d) {
      const auto row =
          state.begin() + static_cast<std::ptrdiff_t>((d * frame.batch + b) * frame.hidden);
      std::fill(row, row + static_cast<std::ptrdiff_t>(frame.hidden), 0.0f);
    }
  }
}

// y [T, B, D H] to Y [T, D, B, H]; [B, T, D H] already is [B, T, D, H].
Value shaped_y(const Frame& frame, std::vector<float> y) {
  const DType dtype = frame.call.input(kX).dtype();
  const std::size_t t = frame.steps, b = frame.batch, d = frame.directions, h = frame.hidden;
  if (frame.attributes.batch_first) return {dtype, {b, t, d, h}, std::move(y)};
  const Value flat(dtype, {t, b, d, h}, std::move(y));
  const Strides own = strides_of(flat.shape());
  return take(flat, {t, d, b, h}, {own[0], own[2], own[1], own[3]});
}

Value shaped_state(const Frame& frame, std::vector<float> state) {
  const Value value(frame.call.input(kX).dtype(), {frame.directions, frame.batch, frame.hidden},
                    std::move(state));
  return frame.attributes.batch_first ? axes_swapped(value) : value;
}

std::vector<Value> run(const Frame& frame) {
  frame.call.allowed({frame.steps, frame.directions, frame.batch, frame.hidden});
  frame.call.spend(static_cast<double>(frame.steps * frame.batch) *
                   static_cast<double>(frame.network.count()));
  const std::vector<std::size_t> lengths = lengths_of(frame);
  State state{initial_state(frame, kInitialH, "initial_h"),
              initial_state(frame, kInitialC, "initial_c")};
  std::vector<float> y;
  if (frame.steps > 0 && frame.batch > 0) {
    y = engine::run(frame.network,
                    {.x = frame.call.input(kX).as<float>(),
                     .batch = frame.batch,
                     .steps = frame.steps,
                     .time_first = !frame.attributes.batch_first,
                     .lengths = lengths},
                    state);
  }
  clear_empty(frame, lengths, state.h);
  clear_empty(frame, lengths, state.c);
  return {shaped_y(frame, std::move(y)), shaped_state(frame, std::move(state.h)),
          shaped_state(frame, std::move(state.c))};
}

engine::Network network_of(const LstmLayer& layer) {
  engine::Network network(layer.architecture);
  network.set_parameters(layer.parameters);
  return network;
}

}  // namespace

std::shared_ptr<const PreparedLstm> prepare_lstm(const Node& node,
                                                 const std::vector<const Value*>& inputs) {
  auto prepared = std::make_shared<PreparedLstm>();
  prepared->attributes = read_lstm_attributes(node);
  const auto missing = [&](std::size_t place) {
    return place < inputs.size() && !node.inputs[place].empty() && inputs[place] == nullptr;
  };
  if (missing(kW) || missing(kR) || missing(kB) || missing(kP)) return prepared;
  const auto given = [&](std::size_t place) {
    return place < inputs.size() ? inputs[place] : nullptr;
  };
  prepared->layer =
      lstm_layer(node, prepared->attributes, {given(kW), given(kR), given(kB), given(kP)});
  prepared->network = network_of(*prepared->layer);
  return prepared;
}

std::vector<Value> kernels::lstm(const Call& call) {
  const LstmAttributes& attributes = call.lstm->attributes;
  if (call.lstm->network) return run(frame_of(call, attributes, *call.lstm->network));
  call.spend(kWorkOfElement * static_cast<double>(call.input(kW).count() + call.input(kR).count()));
  const engine::Network network = network_of(
      lstm_layer(call.node, attributes,
                 {call.optional(kW), call.optional(kR), call.optional(kB), call.optional(kP)}));
  return run(frame_of(call, attributes, network));
}

}  // namespace sluice::formats::onnx
