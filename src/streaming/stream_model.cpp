// Prepares a network for streams: packed weights, state layout, fingerprint. It holds no state of a
// stream.
#include "streaming/stream_model.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/random.hpp"
#include "sluice/error.hpp"

namespace sluice::streaming {
namespace {

// Covers everything that affects a row's output.
std::uint64_t fingerprint_of(const engine::Network& network) {
  const Architecture& arch = network.architecture();
  std::uint64_t hash = 1;
  const auto add = [&hash](std::uint64_t value) { hash = mix64(hash ^ value); };
  const auto add_number = [&](double value) { add(std::bit_cast<std::uint64_t>(value)); };
  for (const std::size_t size :
       {arch.input, arch.output, arch.biases, arch.layers(), arch.cell.projection})
    add(size);
  for (const std::size_t hidden : arch.hidden) add(hidden);
  for (const bool flag :
       {arch.residual, arch.learned_state, arch.cell.peephole, arch.cell.projection_bias})
    add(flag ? 1 : 0);
  add(static_cast<std::uint64_t>(arch.cell.kind));
  add(static_cast<std::uint64_t>(arch.cell.coupling));
  add(static_cast<std::uint64_t>(arch.cell.layer_norm));
  for (const double number : {arch.cell.gate_clip, arch.cell.cell_clip, arch.cell.projection_clip,
                              arch.cell.zoneout_c, arch.cell.zoneout_h})
    add_number(number);
  const CellActivations& activations = arch.activations[0];
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
  const Architecture& arch = network_->architecture();
  if (!plain_stack(arch)) return;
  for (std::size_t layer = 0; layer < arch.layers(); ++layer)
    rows_.push_back(engine::row_layer(*network_, layer));
}

void StreamModel::lay_out_state() {
  const Architecture& arch = network_->architecture();
  std::size_t floats = 0;
  for (std::size_t layer = 0; layer < arch.layers(); ++layer) {
    offsets_.push_back({floats, floats + padded(arch.state(layer))});
    floats = offsets_.back().c + padded(arch.hidden[layer]);
  }
  initial_.resize(floats);
  for (std::size_t layer = 0; layer < arch.layers(); ++layer) {
    if (const float* h = network_->tensor(Role::initial_h, layer))
      std::copy_n(h, arch.state(layer), initial_.data() + h_at(layer));
    if (const float* c = network_->tensor(Role::initial_c, layer))
      std::copy_n(c, arch.hidden[layer], initial_.data() + c_at(layer));
  }
}

const float* StreamModel::answer(const float* state, float* room) const noexcept {
  const float* h = state + offsets_.back().h;
  if (network_->architecture().output == 0) return h;
  network_->head().run(h, 0, 1, room, 0);
  return room;
}

}  // namespace sluice::streaming
