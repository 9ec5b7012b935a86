// One pass over a batch, forward and back: a model as a layer of somebody else's automatic
// differentiation, or under a loss and an optimiser of one's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "sluice/model.hpp"

namespace sluice {

struct PassOptions {
  std::size_t batch = 1;    ///< B
  std::size_t steps = 1;    ///< T
  bool time_first = false;  ///< x, y and their gradients are [T, B, ..] instead of [B, T, ..].
  /// As TrainerOptions::recompute.
  bool recompute = false;
  std::size_t threads = 1;  ///< The bits do not depend on it.
};

struct PassInput {
  std::span<const float> x;                   ///< [B, T, I]
  const State* initial = nullptr;             ///< Null: the initial state.
  std::span<const std::size_t> lengths = {};  ///< As RunOptions::lengths.
  std::span<const std::uint8_t> mask = {};    ///< As RunOptions::mask.
  /// Draws dropout and the noise of the cell's options by this seed, as training does. Unset: none.
  /// Not with CellOptions::drop_connect, which changes the weights that all passes share.
  std::optional<std::uint64_t> noise_seed = {};
};

struct PassGradient {
  std::span<const float> d_y;     ///< [B, T, O] d loss / d y; empty: zeros.
  const State* d_last = nullptr;  ///< d loss / d the last state, h and c; null: zeros.
};

/// Room for the activations of one batch of a model. Several may be alive at once over one model,
/// and in several threads; each belongs to one thread at a time. Moves, does not copy.
///
///     sluice::Pass pass(model, {.batch = 8, .steps = 100});
///     pass.forward({.x = x}, y);
///     fill_d_y(y, d_y);
///     pass.backward({.d_y = d_y});
///     update(pass.gradient("weight_hh_l0"));
class Pass {
 public:
  /// Throws Error(usage) for sizes of 0, for a model whose weights are float16 or int8, and where
  /// recomputation meets a reverse direction.
  Pass(const Model& model, const PassOptions& options);
  Pass(Pass&&) noexcept;
  Pass& operator=(Pass&&) noexcept;
  ~Pass();

  /// y [B, T, O] of x, by the weights that the model has now (a model that another was assigned to
  /// is another model). Throws Error(shape) where sizes do not fit.
  void forward(const PassInput& input, std::span<float> y);
  /// The state after the last step of the forward pass.
  State last_state() const;

  /// From d loss / d y and d loss / d the last state to the gradient of everything, which replaces
  /// that of an earlier call. Once for each forward(). Throws Error(shape) where sizes do not fit,
  /// and Error(usage) where there was no forward pass before, or the model was changed since.
  void backward(const PassGradient& from);

  /// After backward(): d loss / d a tensor, in its shape. Throws Error(usage) where there is none
  /// of that name. The spans are valid until the next call of forward() or backward().
  std::span<const float> gradient(std::string_view name) const;
  /// Of all tensors, as Model::flat_parameters() has them.
  std::span<const float> gradient() const noexcept;
  /// d loss / d x [B, T, I]
  std::span<const float> d_x() const noexcept;
  /// d loss / d the state before the first step. Where a sequence started from a learned initial
  /// state, its part of the parameters' gradient is in these as well.
  const State& d_first() const noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sluice
