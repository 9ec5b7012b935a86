#include "network/network.hpp"

#include <algorithm>
#include <utility>

#include "core/float_mode.hpp"
#include "core/random.hpp"
#include "sluice/error.hpp"

namespace sluice::network {
namespace {

// Where gate-block row n of a padded [4, Hp] layout lies in the parameters' [4, H]; none for
// padding.
struct GateRows {
  std::size_t hidden, units;
  bool real(std::size_t n) const { return n % units < hidden; }
  std::size_t at(std::size_t n) const { return n / units * hidden + n % units; }
  std::size_t padded_at(std::size_t n) const { return n / hidden * units + n % hidden; }
};

void multiply_by(FloatVector& values, const FloatVector& factors, std::size_t count) noexcept {
  for (std::size_t j = 0; j < count; ++j) values[j] *= factors[j];
}

}  // namespace

Network::Network(Architecture architecture, const kernels::Table& kernels)
    : architecture_(std::move(architecture)), kernels_(&kernels) {
  check(architecture_);
  list_ = parameter_list(architecture_);
  parameters_.resize(parameter_count(list_));
  const std::size_t lanes = kernels_->lanes;
  for (std::size_t layer = 0; layer < architecture_.layers(); ++layer) {
    first_of_layer_.push_back(layer * (2 + architecture_.biases));
    const std::size_t input = architecture_.layer_input(layer),
                      hidden = architecture_.hidden[layer];
    const std::size_t gates = 4 * padded(hidden);
    packed_.push_back({{gates, input, lanes},
                       {gates, hidden, lanes},
                       {input, gates, lanes},
                       {hidden, gates, lanes},
                       FloatVector(gates)});
  }
  if (architecture_.output > 0) {
    head_ = {architecture_.output, architecture_.hidden.back(), lanes};
    head_transposed_ = {architecture_.hidden.back(), architecture_.output, lanes};
    head_bias_.resize(padded(architecture_.output));
  }
}

const float* Network::value(std::size_t layer, std::size_t which) const {
  return parameters_.data() + list_[first_of_layer_[layer] + which].offset;
}

void Network::set_parameters(std::span<const float> parameters) {
  if (parameters.size() != parameters_.size()) {
    throw Error(ErrorCode::shape, {.what = "wrong number of parameters",
                                   .expected = std::to_string(parameters_.size()),
                                   .got = std::to_string(parameters.size())});
  }
  std::copy(parameters.begin(), parameters.end(), parameters_.begin());
  for (std::size_t layer = 0; layer < architecture_.layers(); ++layer) pack_layer(layer);
  if (architecture_.output > 0) pack_head();
}

void Network::pack_layer(std::size_t layer) {
  const std::size_t input = architecture_.layer_input(layer), hidden = architecture_.hidden[layer];
  const GateRows rows{hidden, padded(hidden)};
  const float* w = value(layer, 0);
  const float* r = value(layer, 1);
  PackedLayer& packed = packed_[layer];
  const auto pack = [&rows](kernels::PackedMatrix& matrix, const float* from, std::size_t columns) {
    matrix.pack([=](std::size_t n, std::size_t k) {
      return rows.real(n) ? from[rows.at(n) * columns + k] : 0.0f;
    });
  };
  const auto pack_transposed = [&rows](kernels::PackedMatrix& matrix, const float* from,
                                       std::size_t columns) {
    matrix.pack([=](std::size_t n, std::size_t k) {
      return n < columns && rows.real(k) ? from[rows.at(k) * columns + n] : 0.0f;
    });
  };
  pack(packed.w, w, input);
  pack(packed.r, r, hidden);
  pack_transposed(packed.w_transposed, w, input);
  pack_transposed(packed.r_transposed, r, hidden);
  // Padded places stay zero.
  for (std::size_t n = 0; n < 4 * hidden; ++n) {
    float sum = 0.0f;
    for (std::size_t b = 0; b < architecture_.biases; ++b) sum += value(layer, 2 + b)[n];
    packed.bias[rows.padded_at(n)] = sum;
  }
}

void Network::pack_head() {
  const std::size_t output = architecture_.output, hidden = architecture_.hidden.back();
  const float* v = parameters_.data() + list_[list_.size() - 2].offset;
  const float* bias = parameters_.data() + list_.back().offset;
  head_.pack([=](std::size_t n, std::size_t k) { return n < output ? v[n * hidden + k] : 0.0f; });
  head_transposed_.pack(
      [=](std::size_t n, std::size_t k) { return n < hidden ? v[k * hidden + n] : 0.0f; });
  std::copy_n(bias, output, head_bias_.begin());
}

void Network::forward(Tape& tape, const Dropout& dropout) const noexcept {
  const FlushDenormals flush;
  for (std::size_t layer = 0; layer < architecture_.layers(); ++layer) {
    layer_forward(layer, tape);
    if (!tape.layers[layer].keep.empty()) drop(layer, tape, dropout);
  }
  head_forward(tape);
}

void Network::layer_forward(std::size_t layer, Tape& tape) const noexcept {
  const PackedLayer& packed = packed_[layer];
  LayerTape& of = tape.layers[layer];
  const std::size_t batch = tape.batch(), units = of.units, state = batch * units;
  const kernels::Product inputs{layer_input(layer, tape),
                                input_stride(layer),
                                tape.steps() * batch,
                                packed.w.view(),
                                nullptr,
                                of.gates.data(),
                                4 * units};
  kernels_->multiply(inputs);
  for (std::size_t t = 0; t < tape.steps(); ++t) {
    const float* h_prev = of.h.data() + t * state;
    kernels_->multiply({h_prev, units, batch, packed.r.view(), packed.bias.data(),
                        tape.recurrent_.data(), 4 * units});
    float* gates = of.gates.data() + 4 * t * state;
    kernels_->cell_forward({.wx = gates,
                            .rh = tape.recurrent_.data(),
                            .c_prev = of.c.data() + t * state,
                            .rows = batch,
                            .units = units,
                            .gates = gates,
                            .c = of.c.data() + (t + 1) * state,
                            .tanh_c = of.tanh_c.data() + t * state,
                            .h = of.h.data() + (t + 1) * state});
  }
}

void Network::drop(std::size_t layer, Tape& tape, const Dropout& dropout) noexcept {
  LayerTape& of = tape.layers[layer];
  const auto limit = static_cast<std::uint64_t>(static_cast<double>(dropout.rate) * 65536.0);
  const float scale = 65536.0f / (65536.0f - static_cast<float>(limit));
  const float* h = of.h.data() + tape.batch() * of.units;
  std::size_t at = 0;
  for (std::size_t t = 0; t < tape.steps(); ++t) {
    for (std::size_t b = 0; b < tape.batch(); ++b) {
      const std::uint64_t place =
          mix64(mix64(mix64(dropout.seed) + layer) ^ mix64((dropout.first_sample + b) << 32 | t));
      // One hash serves four units: 16 bits each decide.
      for (std::size_t u = 0; u < of.units; u += 4) {
        std::uint64_t bits = mix64(place + u);
        for (std::size_t j = 0; j < 4; ++j, ++at, bits >>= 16) {
          of.keep[at] = (bits & 0xffff) < limit ? 0.0f : scale;
          of.dropped[at] = h[at] * of.keep[at];
        }
      }
    }
  }
}

void Network::head_forward(Tape& tape) const noexcept {
  const std::size_t last = architecture_.layers() - 1, rows = tape.steps() * tape.batch();
  const float* h = layer_output(last, tape);
  if (architecture_.output == 0) {
    std::copy_n(h, rows * tape.y_stride, tape.y_.data());
    return;
  }
  kernels_->multiply({h, tape.layers[last].units, rows, head_.view(), head_bias_.data(),
                      tape.y_.data(), tape.y_stride});
}

void Network::backward(Tape& tape, std::span<float> gradient) const noexcept {
  const FlushDenormals flush;
  head_backward(tape, gradient.data());
  for (std::size_t layer = architecture_.layers(); layer-- > 0;) {
    LayerTape& of = tape.layers[layer];
    if (!of.keep.empty()) multiply_by(of.d_h, of.keep, tape.steps() * tape.batch() * of.units);
    through_time(layer, tape);
    add_gradients(layer, tape, gradient.data());
    hand_down(layer, tape);
  }
}

void Network::head_backward(Tape& tape, float* gradient) const noexcept {
  const std::size_t last = architecture_.layers() - 1, rows = tape.steps() * tape.batch();
  LayerTape& of = tape.layers[last];
  if (architecture_.output == 0) {
    std::copy_n(tape.d_y_.data(), rows * tape.y_stride, of.d_h.data());
    return;
  }
  kernels_->multiply({tape.d_y_.data(), tape.y_stride, rows, head_transposed_.view(), nullptr,
                      of.d_h.data(), of.units});
  const std::size_t hidden = architecture_.hidden[last];
  kernels_->add_outer({.a = tape.d_y_.data(),
                       .a_stride = tape.y_stride,
                       .n = architecture_.output,
                       .b = layer_output(last, tape),
                       .b_stride = of.units,
                       .k = hidden,
                       .rows = rows,
                       .c = gradient + list_[list_.size() - 2].offset,
                       .c_stride = hidden});
  float* d_bias = gradient + list_.back().offset;
  for (std::size_t row = 0; row < rows; ++row) {
    const float* d_y = tape.d_y_.data() + row * tape.y_stride;
    for (std::size_t n = 0; n < architecture_.output; ++n) d_bias[n] += d_y[n];
  }
}

// B1..B7 and B9's d_h', last step first. The gates become d_a in place.
void Network::through_time(std::size_t layer, Tape& tape) const noexcept {
  LayerTape& of = tape.layers[layer];
  const std::size_t state = tape.batch() * of.units;
  std::copy_n(of.d_c_last.data(), state, of.d_c_first.data());
  float* from_next = of.d_h_first.data();
  std::copy_n(of.d_h_last.data(), state, from_next);
  for (std::size_t t = tape.steps(); t-- > 0;) {
    const float* from_above = of.d_h.data() + t * state;
    for (std::size_t j = 0; j < state; ++j) tape.d_h_now_[j] = from_above[j] + from_next[j];
    float* gates = of.gates.data() + 4 * t * state;
    kernels_->cell_backward({.gates = gates,
                             .c_prev = of.c.data() + t * state,
                             .tanh_c = of.tanh_c.data() + t * state,
                             .d_h = tape.d_h_now_.data(),
                             .rows = tape.batch(),
                             .units = of.units,
                             .d_c = of.d_c_first.data(),
                             .d_a = gates});
    kernels_->multiply({gates, 4 * of.units, tape.batch(), packed_[layer].r_transposed.view(),
                        nullptr, from_next, of.units});  // B9
  }
}

// B8, over all steps at once.
void Network::add_gradients(std::size_t layer, const Tape& tape, float* gradient) const noexcept {
  const LayerTape& of = tape.layers[layer];
  const std::size_t rows = tape.steps() * tape.batch(), hidden = architecture_.hidden[layer];
  const std::size_t input = architecture_.layer_input(layer);
  const auto d = [&](std::size_t which) {
    return gradient + list_[first_of_layer_[layer] + which].offset;
  };
  for (std::size_t gate = 0; gate < 4; ++gate) {
    const float* d_a = of.gates.data() + gate * of.units;
    kernels_->add_outer({d_a, 4 * of.units, hidden, layer_input(layer, tape), input_stride(layer),
                         input, rows, d(0) + gate * hidden * input, input});
    kernels_->add_outer({d_a, 4 * of.units, hidden, of.h.data(), of.units, hidden, rows,
                         d(1) + gate * hidden * hidden, hidden});
    for (std::size_t row = 0; row < rows; ++row) {
      const float* line = d_a + row * 4 * of.units;
      for (std::size_t bias = 0; bias < architecture_.biases; ++bias) {
        float* d_bias = d(2 + bias) + gate * hidden;
        for (std::size_t u = 0; u < hidden; ++u) d_bias[u] += line[u];
      }
    }
  }
}

// B9's d_x: to the layer below, or to x where somebody wants it.
void Network::hand_down(std::size_t layer, Tape& tape) const noexcept {
  if (layer == 0 && !tape.wants_d_x) return;
  const LayerTape& of = tape.layers[layer];
  float* below = layer == 0 ? tape.d_x_.data() : tape.layers[layer - 1].d_h.data();
  kernels_->multiply({of.gates.data(), 4 * of.units, tape.steps() * tape.batch(),
                      packed_[layer].w_transposed.view(), nullptr, below, input_stride(layer)});
}

const float* Network::layer_output(std::size_t layer, const Tape& tape) noexcept {
  const LayerTape& of = tape.layers[layer];
  return of.keep.empty() ? of.h.data() + tape.batch() * of.units : of.dropped.data();
}

const float* Network::layer_input(std::size_t layer, const Tape& tape) noexcept {
  return layer == 0 ? tape.x_.data() : layer_output(layer - 1, tape);
}

std::size_t Network::input_stride(std::size_t layer) const noexcept {
  return padded(architecture_.layer_input(layer));
}

}  // namespace sluice::network
