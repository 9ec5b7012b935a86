#include "streaming/stream_model.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/random.hpp"
#include "sluice/error.hpp"

namespace sluice::streaming {
namespace {

// Of all that decides what a row's answer is.
std::uint64_t fingerprint_of(const engine::Network& network) {
  const Architecture& of = network.architecture();
  std::uint64_t hash = 1;
  const auto add = [&hash](std::uint64_t value) { hash = mix64(hash ^ value); };
  const auto add_number = [&](double value) { add(std::bit_cast<std::uint64_t>(value)); };
  for (const std::size_t size : {of.input, of.output, of.biases, of.layers(), of.cell.projection})
    add(size);
  for (const std::size_t hidden : of.hidden) add(hidden);
  for (const bool flag : {of.residual, of.learned_state, of.cell.peephole, of.cell.projection_bias})
    add(flag ? 1 : 0);
  add(static_cast<std::uint64_t>(of.cell.kind));
  add(static_cast<std::uint64_t>(of.cell.coupling));
  add(static_cast<std::uint64_t>(of.cell.layer_norm));
  for (const double number : {of.cell.gate_clip, of.cell.cell_clip, of.cell.projection_clip,
                              of.cell.zoneout_c, of.cell.zoneout_h})
    add_number(number);
  const CellActivations& activations = of.activations[0];
  for (const ActivationFunction& function :
       {activations.gate, activations.candidate, activations.cell}) {
    add(static_cast<std::uint64_t>(function.kind));
    add_number(function.alpha);
    add_number(function.beta);
  }
  for (const float value : network.parameters()) add(std::bit_cast<std::uint32_t>(value));
  const engine::Storage& storage = network.storage();
  if (storage.weights == kernels::WeightType::f32) return hash;
  add(static_cast<std::uint64_t>(storage.weights));
  for (const float scale : storage.scales) add(std::bit_cast<std::uint32_t>(scale));
  add(std::bit_cast<std::uint32_t>(storage.largest_input));
  return hash;
}

std::shared_ptr<const engine::Network> streamable(std::shared_ptr<const engine::Network> network) {
  if (network->architecture().direction == Direction::forward) return network;
  throw Error(ErrorCode::usage,
              {.what = "a model with a direction that reads from the end cannot be streamed",
               .expected = "a forward LSTM",
               .hint = "run it on whole sequences: `sluice run`"});
}

}  // namespace

StreamModel::StreamModel(std::shared_ptr<const engine::Network> network)
    : network_(streamable(std::move(network))), fingerprint_(fingerprint_of(*network_)) {
  lay_out_state();
  const Architecture& of = network_->architecture();
  if (!plain_stack(of)) return;
  for (std::size_t layer = 0; layer < of.layers(); ++layer)
    rows_.push_back(engine::row_layer(*network_, layer));
  if (of.output > 0) pack_head();
}

void StreamModel::lay_out_state() {
  const Architecture& of = network_->architecture();
  std::size_t floats = 0;
  for (std::size_t layer = 0; layer < of.layers(); ++layer) {
    places_.push_back({floats, floats + padded(of.state(layer))});
    floats = places_.back().c + padded(of.hidden[layer]);
  }
  initial_.resize(floats);
  for (std::size_t layer = 0; layer < of.layers(); ++layer) {
    if (const float* h = network_->tensor(Role::initial_h, layer))
      std::copy_n(h, of.state(layer), initial_.data() + h_at(layer));
    if (const float* c = network_->tensor(Role::initial_c, layer))
      std::copy_n(c, of.hidden[layer], initial_.data() + c_at(layer));
  }
}

void StreamModel::answer(const float* state, float* room, float* y) const noexcept {
  const float* out = state + places_.back().h;
  if (!head_bias_.empty()) {
    kernels().multiply({.a = out,
                        .a_stride = 0,
                        .rows = 1,
                        .w = head_.view(),
                        .bias = head_bias_.data(),
                        .out = room,
                        .out_stride = 0,
                        .quarters = true});
    out = room;
  }
  for (std::size_t n = 0; n < outputs(); ++n) y[n] = out[n];
}

void StreamModel::pack_head() {
  const Architecture& of = network_->architecture();
  const std::size_t inputs = of.layer_output(of.layers() - 1), outputs = of.output;
  const float* weights = network_->tensor(Role::head_weight, 0);
  head_ = {outputs, inputs, kernels()};
  head_.pack_rows(0, head_.panels(),
                  [=](std::size_t n) { return n < outputs ? weights + n * inputs : nullptr; });
  head_bias_.resize(padded(outputs));
  std::copy_n(network_->tensor(Role::head_bias, 0), outputs, head_bias_.begin());
}

}  // namespace sluice::streaming
