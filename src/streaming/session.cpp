// Checks of a stream's arguments, rows and saved bytes; the steps themselves are in row_runner.cpp
// and window.cpp.
#include "streaming/session.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "engine/trace.hpp"
#include "sluice/error.hpp"
#include "streaming/saved_state.hpp"

namespace sluice::streaming {
namespace {

[[noreturn]] void has_many_states() {
  throw Error(ErrorCode::usage, {.what = "a stream over windows has a state for each of its rows",
                                 .expected = "a stream whose state is carried",
                                 .hint = "use save() and restore()"});
}

std::string described(std::size_t window) {
  return window == 0 ? "a carried state" : "a window of " + std::to_string(window) + " rows";
}

void expect_size(const char* where, std::size_t got, std::size_t expected) {
  if (got == expected) return;
  throw Error(ErrorCode::shape, {.where = where,
                                 .what = "wrong size of the state",
                                 .expected = std::to_string(expected) + " values, of all layers",
                                 .got = std::to_string(got)});
}

}  // namespace

bool has_no_number(std::span<const float> values) noexcept {
  bool found = false;
  for (const float value : values) found |= value - value != 0.0f;
  return found;
}

Session::Session(std::shared_ptr<const StreamModel> model, std::size_t window, MissingRow missing,
                 TraceSink* trace, std::size_t threads)
    : model_(std::move(model)),
      missing_(missing),
      traced_(trace != nullptr),
      last_(model_->outputs()) {
  if (window > Window::kLongest) {
    throw Error(ErrorCode::usage, {.where = "window",
                                   .what = "too many rows",
                                   .expected = "at most " + std::to_string(Window::kLongest),
                                   .got = std::to_string(window)});
  }
  // One state per row of the window: `reset:1000000` is a few bytes in a model file but much
  // memory.
  constexpr std::size_t kMostFloats = std::size_t{1} << 28;  // 1 GiB
  if (window > 0 && model_->state_floats() > kMostFloats / window) {
    throw Error(ErrorCode::usage,
                {.where = "window",
                 .what = "its states take too much memory",
                 .expected = "at most " + std::to_string(kMostFloats / model_->state_floats()) +
                             " rows for this model",
                 .got = std::to_string(window),
                 .hint = "use a shorter window, or let the state be carried on"});
  }
  if (threads > 2) {
    throw Error(ErrorCode::usage, {.where = "threads",
                                   .what = "a stream runs on one thread or on two",
                                   .expected = "1, 2, or 0: two where that is quicker",
                                   .got = std::to_string(threads),
                                   .hint = "a StreamPool shares many streams among more"});
  }
  if (trace != nullptr) engine::check_traceable(model_->network());
  if (window > 0 && trace != nullptr) {
    throw Error(ErrorCode::usage, {.where = "trace",
                                   .what = "a row of a window is a step of many states",
                                   .expected = "a stream whose state is carried",
                                   .got = described(window),
                                   .hint = "trace Model::run over the window's rows"});
  }
  if (window > 0) {
    window_.emplace(*model_, window, threads);
  } else {
    carried_.emplace(*model_, threads, trace);
  }
}

Status Session::push(std::span<const float> x, std::span<float> y) noexcept {
  if (x.size() != model_->inputs()) return Status::wrong_inputs;
  if (y.size() != last_.size()) return Status::wrong_outputs;
  if (has_no_number(x)) {
    if (missing_ == MissingRow::refuse) return Status::not_a_number;
    std::copy(last_.begin(), last_.end(), y.begin());
    return Status::ok;
  }
  const float* answer = window_ ? window_->push(x.data()) : carried_->run(x.data(), prepared_);
  prepared_ = false;
  for (std::size_t n = 0; n < last_.size(); ++n) y[n] = last_[n] = answer[n];
  return Status::ok;
}

void Session::prepare() noexcept {
  if (prepared_) return;
  prepared_ = true;
  if (window_) {
    window_->prepare();
  } else {
    carried_->prepare();
  }
}

void Session::reset() noexcept {
  prepared_ = false;
  std::fill(last_.begin(), last_.end(), 0.0f);
  if (window_) return window_->reset();
  std::copy(model_->initial_state().begin(), model_->initial_state().end(), carried_->state());
}

State Session::state() const {
  if (window_) has_many_states();
  const Architecture& arch = model_->network().architecture();
  State out;
  for (std::size_t layer = 0; layer < arch.layers(); ++layer) {
    const float* h = carried_->state() + model_->h_at(layer);
    const float* c = carried_->state() + model_->c_at(layer);
    out.h.insert(out.h.end(), h, h + arch.state(layer));
    out.c.insert(out.c.end(), c, c + arch.hidden[layer]);
  }
  return out;
}

void Session::set_state(const State& state) {
  if (window_) has_many_states();
  if (state.h.empty() && state.c.empty()) return reset();
  const Architecture& arch = model_->network().architecture();
  std::size_t h_values = 0, c_values = 0;
  for (std::size_t layer = 0; layer < arch.layers(); ++layer) {
    h_values += arch.state(layer);
    c_values += arch.hidden[layer];
  }
  expect_size("h", state.h.size(), h_values);
  expect_size("c", state.c.size(), c_values);
  const float *h = state.h.data(), *c = state.c.data();
  for (std::size_t layer = 0; layer < arch.layers(); ++layer) {
    std::copy_n(h, arch.state(layer), carried_->state() + model_->h_at(layer));
    std::copy_n(c, arch.hidden[layer], carried_->state() + model_->c_at(layer));
    h += arch.state(layer);
    c += arch.hidden[layer];
  }
  prepared_ = false;
}

std::vector<std::byte> Session::save() {
  prepare();  // finishes what the last push left to do
  const SavedHead head{.kind = SavedHead::stream,
                       .fingerprint = model_->fingerprint(),
                       .window = window(),
                       .count = window_ ? window_->pushed() : 0};
  const std::span<const float> states =
      window_ ? std::span<const float>(window_->states())
              : std::span<const float>(carried_->state(), model_->state_floats());
  const std::span<const float> parts[] = {states, last_};
  return write_saved(head, {}, parts);
}

Session Session::clone() {
  if (traced_) {
    throw Error(ErrorCode::usage, {.where = "trace",
                                   .what = "two streams cannot share what sees their gates",
                                   .expected = "a stream that is not traced",
                                   .hint = "make a new Stream, and restore() what this one saves"});
  }
  Session copy(model_, window(), missing_, nullptr, threads());
  copy.restore(save());
  return copy;
}

std::size_t Session::saved_bytes() const {
  return kSavedHeadBytes + (states() * model_->state_floats() + last_.size()) * sizeof(float);
}

void Session::restore(std::span<const std::byte> bytes) {
  const Saved saved = read_saved(bytes, SavedHead::stream, model_->fingerprint());
  const std::size_t floats = states() * model_->state_floats();
  if (saved.head.window != window()) {
    throw Error(ErrorCode::model, {.where = "saved state",
                                   .what = "saved over another window",
                                   .expected = described(window()),
                                   .got = described(saved.head.window),
                                   .hint = "make the stream as it was (--window)"});
  }
  if (saved.head.floats != floats + last_.size() || saved.head.count >= 2 * states() ||
      !saved.flags.empty()) {
    throw Error(ErrorCode::model, {.where = "saved state",
                                   .what = "wrong size",
                                   .expected = std::to_string(floats + last_.size()) + " numbers",
                                   .got = std::to_string(saved.head.floats),
                                   .hint = "give the file that this model's stream saved"});
  }
  FloatVector states(floats);
  std::memcpy(states.data(), saved.floats.data(), floats * sizeof(float));
  std::memcpy(last_.data(), saved.floats.data() + floats * sizeof(float),
              last_.size() * sizeof(float));
  prepared_ = false;
  if (window_) {
    window_->restore(states.data(), saved.head.count);
  } else {
    std::copy(states.begin(), states.end(), carried_->state());
  }
}

}  // namespace sluice::streaming
