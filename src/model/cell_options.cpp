// Validates the options of a cell, alone and together, and gives activations their default
// parameters.
#include "sluice/cell_options.hpp"

#include <cmath>

#include "sluice/error.hpp"

namespace sluice {
namespace {

[[noreturn]] void refuse(const std::string& what, const std::string& expected,
                         const std::string& got, const std::string& hint) {
  throw Error(
      ErrorCode::usage,
      {.where = "cell options", .what = what, .expected = expected, .got = got, .hint = hint});
}

void check_clip(const std::string& name, double bound) {
  if (std::isfinite(bound) && bound >= 0.0) return;
  refuse(name + " is no bound", "a finite number, 0 or more", std::to_string(bound),
         "0 turns it off");
}

void check_rate(const std::string& name, double rate) {
  if (rate >= 0.0 && rate < 1.0) return;
  refuse(name + " is no rate", "0 or more, and less than 1", std::to_string(rate),
         "0 turns it off");
}

void check_numbers(const CellOptions& options) {
  check_clip("gate_clip", options.gate_clip);
  check_clip("cell_clip", options.cell_clip);
  check_clip("projection_clip", options.projection_clip);
  check_rate("zoneout_c", options.zoneout_c);
  check_rate("zoneout_h", options.zoneout_h);
  check_rate("recurrent_dropout", options.recurrent_dropout);
  check_rate("variational_dropout", options.variational_dropout);
  check_rate("drop_connect", options.drop_connect);
}

void check_projection(const CellOptions& options, std::size_t hidden) {
  if (options.projection > hidden) {
    refuse("projection is larger than the hidden size", "1 to " + std::to_string(hidden),
           std::to_string(options.projection), "make it smaller, or the layer larger");
  }
  if (options.projection > 0) return;
  const auto needs_one = [](bool wanted, const std::string& name) {
    if (wanted)
      refuse(name + " without a projection", "a projection of 1 or more", "0",
             "set projection, or leave " + name + " out");
  };
  needs_one(options.projection_bias, "projection_bias");
  needs_one(options.projection_clip > 0.0, "projection_clip");
}

// The plain RNN has one sum and no cell state.
void check_rnn(const CellOptions& options) {
  const auto refuse_with_rnn = [](bool wanted, const std::string& name) {
    if (wanted)
      refuse(name + " with the plain RNN, which has no gates and no cell", name + " left out", name,
             "leave it out, or take the LSTM");
  };
  refuse_with_rnn(options.peephole, "peephole");
  refuse_with_rnn(options.coupling != Coupling::none, "coupling");
  refuse_with_rnn(options.layer_norm != LayerNorm::none, "layer_norm");
  refuse_with_rnn(options.projection > 0, "projection");
  refuse_with_rnn(options.cell_clip > 0.0, "cell_clip");
  refuse_with_rnn(options.zoneout_c > 0.0, "zoneout_c");
  refuse_with_rnn(options.recurrent_dropout > 0.0, "recurrent_dropout");
}

}  // namespace

ActivationFunction default_parameters(Activation kind) {
  switch (kind) {
    case Activation::affine:
      return {kind, 1.0, 0.0};
    case Activation::leaky_relu:
      return {kind, 0.01, 0.0};
    case Activation::thresholded_relu:
    case Activation::elu:
      return {kind, 1.0, 0.0};
    case Activation::scaled_tanh:
      return {kind, 1.0, 1.0};
    case Activation::hard_sigmoid:
      return {kind, 0.2, 0.5};
    case Activation::sigmoid:
    case Activation::tanh:
    case Activation::relu:
    case Activation::softsign:
    case Activation::softplus:
      break;  // no parameters
  }
  return {kind, 0.0, 0.0};
}

void check(const CellOptions& options, std::size_t hidden) {
  check_numbers(options);
  if (options.kind == CellKind::rnn) check_rnn(options);
  check_projection(options, hidden);
}

}  // namespace sluice
