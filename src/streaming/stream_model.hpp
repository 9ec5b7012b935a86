// What all streams over one model share: its network, the weights once more as a single row wants
// them, and how a stream's state lies in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/network.hpp"
#include "engine/row_layer.hpp"
#include "kernels/packed_matrix.hpp"

namespace sluice::streaming {

class StreamModel {
 public:
  /// Throws Error(usage) where a direction reads from the end: that cannot be streamed.
  explicit StreamModel(std::shared_ptr<const engine::Network> network);

  const engine::Network& network() const { return *network_; }
  const kernels::KernelTable& kernels() const { return network_->kernels(); }
  /// Those of rows(), for weights stored as the network's are.
  const kernels::RowKernels& row_kernels() const {
    return kernels().row(network_->storage().weights);
  }
  std::size_t inputs() const { return network_->architecture().input; }
  std::size_t outputs() const { return network_->architecture().width(); }

  /// A state is one block of floats: of each layer h [padded(P)], then c [padded(H)].
  std::size_t state_floats() const { return initial_.size(); }
  std::size_t h_at(std::size_t layer) const { return places_[layer].h; }
  std::size_t c_at(std::size_t layer) const { return places_[layer].c; }
  /// Zeros, or what was learned: [state_floats()].
  const FloatVector& initial_state() const { return initial_; }

  /// The layers where every one is the plain LSTM, and nothing is between them; else empty.
  const std::vector<engine::RowLayer>& rows() const { return rows_; }
  /// y [O] of a state; where rows() are. `room` [padded(O)].
  void answer(const float* state, float* room, float* y) const noexcept;

  /// A number that another model, or this one with other weights, hardly has.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  struct Places {
    std::size_t h, c;
  };

  void lay_out_state();
  void pack_head();

  std::shared_ptr<const engine::Network> network_;
  std::vector<Places> places_;
  FloatVector initial_;
  std::vector<engine::RowLayer> rows_;
  kernels::PackedMatrix head_;  // [Op, H of the last layer]
  FloatVector head_bias_;       // [Op]; empty: no head
  std::uint64_t fingerprint_;
};

}  // namespace sluice::streaming
