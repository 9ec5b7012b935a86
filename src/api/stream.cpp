// Implements include/sluice/stream.hpp, stream_pool.hpp and status.hpp by the inner layers; no
// logic of its own.
#include "sluice/stream.hpp"

#include <utility>

#include "api/model_parts.hpp"
#include "formats/model_file.hpp"
#include "sluice/error.hpp"
#include "sluice/stream_pool.hpp"
#include "streaming/pool.hpp"
#include "streaming/session.hpp"

namespace sluice {

const char* message(Status status) noexcept {
  switch (status) {
    case Status::ok:
      return "done";
    case Status::wrong_inputs:
      return "x has the wrong number of values for the model's inputs";
    case Status::wrong_outputs:
      return "y has the wrong number of values for the model's outputs";
    case Status::not_a_number:
      return "x holds a value that is not a finite number";
    case Status::unknown_stream:
      return "no stream with this id";
    case Status::repeated_stream:
      return "a stream occurs twice in one call";
  }
  return "unknown status";
}

struct Stream::Parts {
  streaming::Session session;
};

namespace {

std::size_t window_of(const StreamOptions& options, const std::string& state) {
  if (options.window) return *options.window;
  return formats::window_of(state).value_or(0);
}

}  // namespace

Stream::Stream(const Model& model, const StreamOptions& options)
    : parts_(
          new Parts{{model.parts_->stream_model(), window_of(options, model.parts_->state_policy),
                     options.missing, options.trace, options.threads}}) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;
Stream::~Stream() = default;
Stream::Stream(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Stream Stream::clone() {
  return Stream(std::unique_ptr<Parts>(new Parts{parts_->session.clone()}));
}

std::size_t Stream::inputs() const noexcept { return parts_->session.model().inputs(); }
std::size_t Stream::outputs() const noexcept { return parts_->session.model().outputs(); }
std::size_t Stream::window() const noexcept { return parts_->session.window(); }
std::size_t Stream::threads() const noexcept { return parts_->session.threads(); }
Status Stream::push(std::span<const float> x, std::span<float> y) noexcept {
  return parts_->session.push(x, y);
}
void Stream::prepare() noexcept { parts_->session.prepare(); }
void Stream::reset() noexcept { parts_->session.reset(); }
State Stream::state() const { return parts_->session.state(); }
void Stream::set_state(const State& state) { parts_->session.set_state(state); }
std::vector<std::byte> Stream::save() { return parts_->session.save(); }
void Stream::restore(std::span<const std::byte> saved) { parts_->session.restore(saved); }

struct StreamPool::Parts {
  streaming::Pool pool;
};

namespace {

std::shared_ptr<const streaming::StreamModel> for_pool(
    std::shared_ptr<const streaming::StreamModel> model, const std::string& state) {
  if (formats::window_of(state).value_or(0) == 0) return model;
  throw Error(ErrorCode::usage,
              {.what = "the model was trained on windows",
               .expected = "a model whose state is carried",
               .got = "'" + state + "'",
               .hint = "make a Stream for each, or convert with --state carried"});
}

}  // namespace

StreamPool::StreamPool(const Model& model, const StreamPoolOptions& options)
    : parts_(new Parts{
          {for_pool(model.parts_->stream_model(), model.parts_->state_policy), options}}) {}
StreamPool::StreamPool(StreamPool&&) noexcept = default;
StreamPool& StreamPool::operator=(StreamPool&&) noexcept = default;
StreamPool::~StreamPool() = default;

std::size_t StreamPool::inputs() const noexcept { return parts_->pool.model().inputs(); }
std::size_t StreamPool::outputs() const noexcept { return parts_->pool.model().outputs(); }
std::size_t StreamPool::size() const noexcept { return parts_->pool.size(); }
StreamPool::Id StreamPool::add() { return parts_->pool.add(); }
void StreamPool::reserve(std::size_t streams) { parts_->pool.reserve(streams); }
void StreamPool::remove(Id stream) noexcept { parts_->pool.remove(stream); }
Status StreamPool::reset(Id stream) noexcept { return parts_->pool.reset(stream); }
Status StreamPool::push(std::span<const Id> streams, std::span<const float> x,
                        std::span<float> y) noexcept {
  return parts_->pool.push(streams, x, y);
}
std::vector<std::byte> StreamPool::save() const { return parts_->pool.save(); }
void StreamPool::restore(std::span<const std::byte> saved) { parts_->pool.restore(saved); }

}  // namespace sluice
