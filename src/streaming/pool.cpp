// The states of a pool: adding and removing streams, batches of rows split over threads, save and
// restore.
#include "streaming/pool.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "sluice/error.hpp"
#include "streaming/saved_state.hpp"
#include "streaming/session.hpp"

namespace sluice::streaming {

Pool::Pool(std::shared_ptr<const StreamModel> model, const StreamPoolOptions& options)
    : model_(std::move(model)),
      missing_(options.missing),
      stride_(model_->state_floats() + padded(model_->outputs())),
      threads_(options.threads) {
  for (std::size_t thread = 0; thread < threads_.threads(); ++thread) {
    lanes_.push_back({BatchStep(*model_, kRows), {}});
    lanes_.back().rows.reserve(kRows);
  }
}

void Pool::reserve(std::size_t streams) {
  states_.reserve(streams * stride_);
  used_.reserve(streams);
  seen_.reserve(streams);
}

Pool::Id Pool::add() {
  const auto free = std::find(used_.begin() + static_cast<std::ptrdiff_t>(first_free_), used_.end(),
                              std::uint8_t{0});
  const auto stream = static_cast<Id>(free - used_.begin());
  if (free == used_.end()) {
    states_.resize((used_.size() + 1) * stride_);
    seen_.resize(used_.size() + 1);
    used_.push_back(0);
  }
  used_[stream] = 1;
  first_free_ = stream + 1;
  ++size_;
  reset(stream);
  return stream;
}

void Pool::remove(Id stream) noexcept {
  if (!there(stream)) return;
  used_[stream] = 0;
  first_free_ = std::min<std::size_t>(first_free_, stream);
  --size_;
}

Status Pool::reset(Id stream) noexcept {
  if (!there(stream)) return Status::unknown_stream;
  std::copy(model_->initial_state().begin(), model_->initial_state().end(), state(stream));
  std::fill_n(last(stream), model_->outputs(), 0.0f);
  return Status::ok;
}

Status Pool::check(std::span<const Id> streams, std::span<const float> x,
                   std::span<float> y) noexcept {
  if (x.size() != streams.size() * model_->inputs()) return Status::wrong_inputs;
  if (y.size() != streams.size() * model_->outputs()) return Status::wrong_outputs;
  ++call_;
  for (const Id stream : streams) {
    if (!there(stream)) return Status::unknown_stream;
    if (seen_[stream] == call_) return Status::repeated_stream;
    seen_[stream] = call_;
  }
  return missing_ == MissingRow::refuse && has_no_number(x) ? Status::not_a_number : Status::ok;
}

Status Pool::push(std::span<const Id> streams, std::span<const float> x,
                  std::span<float> y) noexcept {
  const Status status = check(streams, x, y);
  if (status != Status::ok) return status;
  const auto range = [&](std::size_t part, std::size_t parts) {
    const std::size_t first = part * streams.size() / parts;
    const std::size_t last = (part + 1) * streams.size() / parts;
    push_range(lanes_[part], streams.subspan(first, last - first),
               x.data() + first * model_->inputs(), y.data() + first * model_->outputs());
  };
  const std::size_t parts = lanes_.size();
  if (parts == 1 || streams.size() < 2 * kRows) {
    range(0, 1);
  } else {
    threads_.run(parts, [&](std::size_t part) { range(part, parts); });
  }
  return Status::ok;
}

// With MissingRow::carry, a row with a NaN leaves its stream unchanged.
void Pool::push_range(Lane& lane, std::span<const Id> streams, const float* x, float* y) noexcept {
  const std::size_t inputs = model_->inputs(), outputs = model_->outputs();
  for (std::size_t first = 0; first < streams.size(); first += kRows) {
    const std::size_t end = std::min(streams.size(), first + kRows);
    lane.rows.clear();
    for (std::size_t n = first; n < end; ++n) {
      const float* row = x + n * inputs;
      if (missing_ == MissingRow::carry && has_no_number({row, inputs})) continue;
      lane.rows.push_back({row, state(streams[n]), last(streams[n])});
    }
    if (!lane.rows.empty()) lane.step.run(lane.rows);
    for (std::size_t n = first; n < end; ++n)
      std::copy_n(last(streams[n]), outputs, y + n * outputs);
  }
}

std::vector<std::byte> Pool::save() const {
  const SavedHead head{.kind = SavedHead::pool,
                       .fingerprint = model_->fingerprint(),
                       .window = 0,
                       .count = used_.size()};
  const std::span<const float> parts[] = {std::span(states_).first(used_.size() * stride_)};
  return write_saved(head, used_, parts);
}

void Pool::restore(std::span<const std::byte> bytes) {
  const Saved saved = read_saved(bytes, SavedHead::pool, model_->fingerprint());
  const std::size_t count = saved.head.count;
  if (count > saved.flags.size() || saved.head.floats % stride_ != 0 ||
      saved.head.floats / stride_ != count) {
    throw Error(ErrorCode::model, {.where = "saved state",
                                   .what = "wrong size",
                                   .expected = std::to_string(stride_) + " numbers a stream",
                                   .got = std::to_string(saved.head.floats) + " for " +
                                          std::to_string(count) + " streams",
                                   .hint = "give the file that this model's pool saved"});
  }
  FloatVector states;
  states.reserve(std::max<std::size_t>(states_.capacity(), saved.head.floats));
  states.resize(saved.head.floats);
  if (!saved.floats.empty())  // memcpy must not get a null pointer, even for 0 bytes
    std::memcpy(states.data(), saved.floats.data(), saved.floats.size());
  std::vector<std::uint8_t> used;
  used.reserve(std::max(used_.capacity(), count));
  used.resize(count);
  std::transform(saved.flags.begin(), saved.flags.begin() + static_cast<std::ptrdiff_t>(count),
                 used.begin(), [](std::byte flag) { return flag == std::byte{0} ? 0 : 1; });
  std::vector<std::uint64_t> seen;
  seen.reserve(std::max(seen_.capacity(), count));
  seen.resize(count);
  states_.swap(states);
  used_.swap(used);
  seen_.swap(seen);
  first_free_ = 0;
  size_ = static_cast<std::size_t>(std::count(used_.begin(), used_.end(), 1));
}

}  // namespace sluice::streaming
