// What all streams over one model share: the network, its weights packed for single rows, and the
// memory layout of a stream's state.
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
  /// Throws Error(usage) if a direction reads from the end: it cannot be streamed.
  explicit StreamModel(std::shared_ptr<const engine::Network> network);

  const engine::Network& network() const { return *network_; }
  const kernels::KernelTable& kernels() const { return network_->kernels(); }
  /// The kernels for rows(), by the network's weight type.
  const kernels::RowKernels& row_kernels() const {
    return kernels().row(network_->storage().weights);
  }
  std::size_t inputs() const { return network_->architecture().input; }
  std::size_t outputs() const { return network_->architecture().width(); }

  /// A state is one block of floats: per layer h [padded(P)], then c [padded(H)].
  std::size_t state_floats() const { return initial_.size(); }
  std::size_t h_at(std::size_t layer) const { return offsets_[layer].h; }
  std::size_t c_at(std::size_t layer) const { return offsets_[layer].c; }
  /// Zeros or the learned initial state: [state_floats()].
  const FloatVector& initial_state() const { return initial_; }

  /// The packed layers if the network is a stack of plain LSTMs; else empty.
  const std::vector<engine::RowLayer>& rows() const { return rows_; }
  /// y [O] of a state: in `room` [padded(O)], or in the state itself if there is no head. Only if
  /// rows() is not empty.
  const float* answer(const float* state, float* room) const noexcept;

  /// 64-bit hash of architecture and weights.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  struct Offsets {
    std::size_t h, c;
  };

  void lay_out_state();

  std::shared_ptr<const engine::Network> network_;
  std::vector<Offsets> offsets_;
  FloatVector initial_;
  std::vector<engine::RowLayer> rows_;
  std::uint64_t fingerprint_;
};

}  // namespace sluice::streaming
