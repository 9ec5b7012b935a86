#include "engine/state_arrays.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "sluice/error.hpp"

namespace sluice::engine {
namespace {

// One of the arrays of a state, beside the rows of the activations that it is copied from or to.
struct StateArray {
  FloatVector LayerActivations::*rows;
  bool cells;  // rows of H, as c has them, not of P

  std::size_t width(const Architecture& architecture, std::size_t index) const {
    const std::size_t layer = index / architecture.directions();
    return cells ? architecture.hidden[layer] : architecture.state(layer);
  }
  std::size_t stride(const LayerActivations& layer) const {
    return cells ? layer.units : layer.state_units;
  }
  std::size_t size(const Architecture& architecture, std::size_t batch) const {
    std::size_t sum = 0;
    for (std::size_t index = 0; index < architecture.layers() * architecture.directions(); ++index)
      sum += batch * width(architecture, index);
    return sum;
  }

  void load(const std::vector<float>& from, std::size_t batch, const Samples& samples,
            const Architecture& architecture, Activations& activations) const {
    if (from.empty()) return;
    const float* array = from.data();
    for (std::size_t index = 0; index < activations.layers.size(); ++index) {
      LayerActivations& layer = activations.layers[index];
      const std::size_t floats = width(architecture, index);
      for (std::size_t b = 0; b < samples.count(); ++b) {
        std::copy_n(array + (samples.first + b) * floats, floats,
                    (layer.*rows).data() + b * stride(layer));
      }
      array += batch * floats;
    }
  }

  void store(const Activations& activations, const Architecture& architecture,
             const Samples& samples, std::size_t batch, std::vector<float>& to) const {
    store(activations, architecture, samples, batch, to,
          [this](const LayerActivations& layer) { return (layer.*rows).data(); });
  }
  // first_row(layer): where the rows of a direction of a layer begin.
  template <class FirstRow>
  void store(const Activations& activations, const Architecture& architecture,
             const Samples& samples, std::size_t batch, std::vector<float>& to,
             FirstRow first_row) const {
    float* array = to.data();
    for (std::size_t index = 0; index < activations.layers.size(); ++index) {
      const LayerActivations& layer = activations.layers[index];
      const std::size_t floats = width(architecture, index);
      for (std::size_t b = 0; b < samples.count(); ++b) {
        std::copy_n(first_row(layer) + b * stride(layer), floats,
                    array + (samples.first + b) * floats);
      }
      array += batch * floats;
    }
  }
};

constexpr StateArray kH{&LayerActivations::h, false}, kC{&LayerActivations::c, true};
constexpr StateArray kDhLast{&LayerActivations::d_h_last, false};
constexpr StateArray kDcLast{&LayerActivations::d_c_last, true};
constexpr StateArray kDhFirst{&LayerActivations::d_h_first, false};
constexpr StateArray kDcFirst{&LayerActivations::d_c_first, true};

void check_size(const std::vector<float>& array, std::size_t expected, const std::string& where,
                const char* shape) {
  if (array.empty() || array.size() == expected) return;
  throw Error(ErrorCode::shape, {.where = where,
                                 .what = "wrong size",
                                 .expected = shape + (", " + std::to_string(expected)) + " values",
                                 .got = std::to_string(array.size())});
}

}  // namespace

std::size_t h_floats(const Architecture& architecture, std::size_t batch) {
  return kH.size(architecture, batch);
}
std::size_t c_floats(const Architecture& architecture, std::size_t batch) {
  return kC.size(architecture, batch);
}

void check_state(const State& state, const Architecture& architecture, std::size_t batch,
                 const char* name) {
  check_size(state.h, h_floats(architecture, batch), std::string(name) + " h", "[L*D, B, P]");
  check_size(state.c, c_floats(architecture, batch), std::string(name) + " c", "[L*D, B, H]");
}

void load_state(const State& state, std::size_t batch, const Samples& samples,
                const Architecture& architecture, Activations& activations) {
  if (!state.h.empty() || !state.c.empty()) activations.give_state();
  kH.load(state.h, batch, samples, architecture, activations);
  kC.load(state.c, batch, samples, architecture, activations);
}

void store_state(const Activations& activations, const Architecture& architecture,
                 const Samples& samples, std::size_t batch, State& state) {
  kH.store(activations, architecture, samples, batch, state.h);
  kC.store(activations, architecture, samples, batch, state.c);
}

void store_last_state(const Activations& activations, const Architecture& architecture,
                      const Samples& samples, std::size_t batch, State& state) {
  kH.store(activations, architecture, samples, batch, state.h,
           [&](const LayerActivations& layer) { return activations.last_h(layer); });
  kC.store(activations, architecture, samples, batch, state.c,
           [&](const LayerActivations& layer) { return activations.last_c(layer); });
}

void load_d_last(const State& d_state, std::size_t batch, const Samples& samples,
                 const Architecture& architecture, Activations& activations) {
  kDhLast.load(d_state.h, batch, samples, architecture, activations);
  kDcLast.load(d_state.c, batch, samples, architecture, activations);
}

void store_d_first(const Activations& activations, const Architecture& architecture,
                   const Samples& samples, std::size_t batch, State& d_state) {
  kDhFirst.store(activations, architecture, samples, batch, d_state.h);
  kDcFirst.store(activations, architecture, samples, batch, d_state.c);
}

}  // namespace sluice::engine
