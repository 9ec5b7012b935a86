// Many carried states over one model, behind sluice::StreamPool: fixed-size blocks in one array;
// rows of several streams run as one batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/threads.hpp"
#include "sluice/stream_pool.hpp"
#include "streaming/batch_step.hpp"
#include "streaming/stream_model.hpp"

namespace sluice::streaming {

class Pool {
 public:
  using Id = StreamPool::Id;

  Pool(std::shared_ptr<const StreamModel> model, const StreamPoolOptions& options);

  const StreamModel& model() const { return *model_; }
  std::size_t size() const { return size_; }
  Id add();
  void reserve(std::size_t streams);
  void remove(Id stream) noexcept;
  Status reset(Id stream) noexcept;
  Status push(std::span<const Id> streams, std::span<const float> x, std::span<float> y) noexcept;
  std::vector<std::byte> save() const;
  void restore(std::span<const std::byte> bytes);

 private:
  // Rows per batch: enough for whole tiles of the products, few enough for the cache.
  static constexpr std::size_t kRows = 48;
  struct Lane {  // per thread
    BatchStep step;
    std::vector<BatchRow> rows;
  };

  float* state(Id stream) { return states_.data() + stream * stride_; }
  float* last(Id stream) { return state(stream) + model_->state_floats(); }
  bool there(Id stream) const { return stream < used_.size() && used_[stream] != 0; }
  Status check(std::span<const Id> streams, std::span<const float> x, std::span<float> y) noexcept;
  void push_range(Lane& lane, std::span<const Id> streams, const float* x, float* y) noexcept;

  std::shared_ptr<const StreamModel> model_;
  MissingRow missing_;
  std::size_t stride_;  // floats per stream: state, then last y [padded(O)]
  std::size_t size_ = 0;
  std::size_t first_free_ = 0;  // no slot before it is free
  FloatVector states_;
  std::vector<std::uint8_t> used_;
  std::vector<std::uint64_t> seen_;  // per stream: number of the last call that named it
  std::uint64_t call_ = 0;
  ThreadPool threads_;
  std::vector<Lane> lanes_;
};

}  // namespace sluice::streaming
