#include "engine/layer_activations.hpp"

#include <utility>

namespace sluice::engine {
namespace {

// The arrays of one direction, by what its options need.
class Maker {
 public:
  Maker(const Architecture& architecture, std::size_t layer, std::size_t rows, std::size_t batch,
        bool backward)
      : architecture_(architecture),
        layer_(layer),
        rows_(rows),
        batch_(batch),
        backward_(backward) {
    made_.units = padded(architecture.hidden[layer]);
    made_.state_units = padded(architecture.state(layer));
  }

  LayerActivations make() {
    const std::size_t units = made_.units, state = made_.state_units;
    put(made_.gates, rows_ * 4 * units);
    put(made_.c, (rows_ + batch_) * units);
    put(made_.tanh_c, rows_ * units);
    put(made_.h, (rows_ + batch_) * state);
    options();
    if (backward_) {
      noise();
      backward_buffers();
    }
    return std::move(made_);
  }

 private:
  static void put(FloatVector& array, std::size_t count) { array.resize(count); }

  void options() {
    const CellOptions& cell = architecture_.cell;
    const std::size_t units = made_.units, state = made_.state_units;
    const bool ba = cell.layer_norm == LayerNorm::ba;
    const bool tflite = cell.layer_norm == LayerNorm::tflite;
    if (architecture_.direction != Direction::forward || cell.variational_dropout > 0.0)
      put(made_.x, rows_ * padded(architecture_.layer_input(layer_)));
    if (cell.variational_dropout > 0.0) put(made_.h_seen, rows_ * state);
    if (cell.projection > 0 || cell.zoneout_h > 0.0) put(made_.emitted, rows_ * units);
    if (cell.projection > 0) put(made_.projected, rows_ * state);
    if (cell.projection > 0 && backward_) put(made_.d_projected, rows_ * state);
    if (!standard(architecture_)) put(made_.slopes, rows_ * 5 * units);
    if (cell.zoneout_c > 0.0) put(made_.c_new, rows_ * units);
    if (ba) put(made_.recurrent, batch_ * 4 * units);
    if (ba) {
      put(made_.normalised, rows_ * units);
      put(made_.inverse, rows_);
      for (FloatVector* array : {&made_.normalised_x, &made_.normalised_h}) {
        put(*array, rows_ * 4 * units);
      }
      for (FloatVector* array : {&made_.inverse_x, &made_.inverse_h}) put(*array, rows_);
      if (backward_) put(made_.d_recurrent, rows_ * 4 * units);
    }
    if (tflite) {
      put(made_.normalised, rows_ * 4 * units);
      put(made_.inverse, rows_ * 4);
    }
    if (backward_ && (ba || tflite)) {
      for (FloatVector* array :
           {&made_.d_gain, &made_.d_gain_x, &made_.d_gain_h, &made_.d_shift, &made_.d_bias}) {
        put(*array, batch_ * 4 * units);  // of each slice, at most one a sample
      }
    }
  }

  void backward_buffers() {
    const CellOptions& cell = architecture_.cell;
    const std::size_t units = made_.units, state = made_.state_units;
    if (architecture_.direction != Direction::forward) put(made_.d_h, rows_ * state);
    for (FloatVector* array : {&made_.d_h_last, &made_.d_h_first, &made_.d_h_now, &made_.d_h_kept})
      put(*array, batch_ * state);
    for (FloatVector* array : {&made_.d_c_last, &made_.d_c_first, &made_.d_c_kept, &made_.work})
      put(*array, batch_ * units);
    if (cell.zoneout_h > 0.0) put(made_.d_h_zoned, batch_ * state);
    if (cell.projection > 0) put(made_.d_emitted, batch_ * units);
    put(made_.d_weights, weight_columns(architecture_, layer_) * 4 * units);
    if (cell.projection > 0) put(made_.d_projection, (architecture_.hidden[layer_] + 1) * state);
    if (cell.peephole)
      put(made_.d_peephole, (cell.layer_norm == LayerNorm::ba ? batch_ : 1) * 4 * units);
  }

  void noise() {
    const CellOptions& cell = architecture_.cell;
    const std::size_t units = made_.units, state = made_.state_units;
    if (cell.zoneout_c > 0.0) put(made_.zone_c, rows_ * units);
    if (cell.zoneout_h > 0.0) put(made_.zone_h, rows_ * state);
    if (cell.drop_connect > 0.0)
      put(made_.d_weight_hh,
          cell.gates() * architecture_.hidden[layer_] * architecture_.state(layer_));
    if (cell.recurrent_dropout > 0.0) put(made_.keep_g, rows_ * units);
    if (cell.variational_dropout > 0.0) {
      put(made_.keep_h, batch_ * state);
      put(made_.keep_x, batch_ * padded(architecture_.layer_input(layer_)));
    }
  }

  const Architecture& architecture_;
  std::size_t layer_, rows_, batch_;
  bool backward_;
  LayerActivations made_{};
};

}  // namespace

LayerActivations make_layer_activations(const Architecture& architecture, std::size_t layer,
                                        std::size_t rows, std::size_t batch, bool backward) {
  return Maker(architecture, layer, rows, batch, backward).make();
}

std::size_t weight_columns(const Architecture& architecture, std::size_t layer) {
  return architecture.layer_input(layer) + architecture.state(layer) + 1;
}

}  // namespace sluice::engine
