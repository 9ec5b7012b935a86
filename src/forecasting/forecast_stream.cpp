// A frame that grows row by row and forgets the rows that no forecast reads, the linear part on it,
// and a streaming session for the LSTM.
#include "forecasting/forecast_stream.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include "core/random.hpp"
#include "data/value_size.hpp"
#include "sluice/error.hpp"
#include "streaming/saved_state.hpp"

namespace sluice::forecasting {
namespace {

using forecasting::ForecastModel;

const ForecastModel& streamable(const ForecastModel& model) {
  if (model.features.known.empty()) return model;
  throw Error(ErrorCode::usage, {.what = "a model with columns known ahead cannot be streamed",
                                 .expected = "one whose forecast needs nothing of later rows",
                                 .got = "'" + model.features.known.front().name + "', known ahead",
                                 .hint = "use `sluice forecast`, or train without --known"});
}

std::size_t rows_read(const ForecastModel& model) {
  std::size_t rows = model.period;
  for (const forecasting::LinearModel& linear : model.linear) rows = std::max(rows, linear.lags);
  return rows + 1;
}

std::optional<streaming::Session> session_of(const ForecastModel& model, TraceSink* trace) {
  if (!model.network || (model.alpha <= 0 && trace == nullptr)) return std::nullopt;
  return streaming::Session(
      std::make_shared<streaming::StreamModel>(std::make_shared<engine::Network>(*model.network)),
      model.window, MissingRow::refuse, trace);
}

// A state begins with 1 if there was a row with a time, that time, and its offset, in seconds.
constexpr std::size_t kTimes = 3;

bool are_times(const std::vector<double>& rows) {
  constexpr double kMost = 1e11;
  return std::all_of(rows.begin(), rows.begin() + kTimes,
                     [](double value) { return std::abs(value) < kMost; });
}

double to_seconds(std::int64_t micros) {
  return static_cast<double>(micros) / static_cast<double>(data::kSecond);
}
std::int64_t from_seconds(double seconds) {
  return std::llround(seconds * static_cast<double>(data::kSecond));
}

std::uint64_t fingerprint_of(const ForecastModel& model,
                             const std::optional<streaming::Session>& session) {
  std::uint64_t hash = session ? session->model().fingerprint() : 1;
  for (const forecasting::LinearModel& linear : model.linear) {
    for (const auto* values : {&linear.weight, &linear.bias}) {
      for (const double value : *values) hash = mix64(hash ^ std::bit_cast<std::uint64_t>(value));
    }
  }
  return hash;
}

}  // namespace

ForecastStream::ForecastStream(const ForecastModel& model, TraceSink* trace)
    : model_(streamable(model)),
      look_back_(rows_read(model)),
      rows_(model.features),
      session_(session_of(model, trace)),
      x_(model.network_inputs()),
      y_(model.network_outputs()),
      linear_(model.targets(), std::vector<double>(model.horizon)),
      forecast_{0, 1, model.targets(), model.horizon, model.quantiles.size(), {}, {}},
      fingerprint_(fingerprint_of(model, session_)) {
  if (!model.features.clock.empty()) clock_ = data::Clock::named(model.features.clock);
}

data::Clock ForecastStream::clock(const RowTime& time) const {
  return clock_ ? *clock_ : data::Clock::fixed(time.offset);
}

// Steps from the last row to a time, at least one. `on_grid`: the time on the grid, from which
// `time` may deviate by a tenth of a step, as in a table.
std::size_t ForecastStream::steps_to(const RowTime& time, data::Timestamp& on_grid) const {
  constexpr std::int64_t kNearness = 10;
  const auto most = static_cast<std::int64_t>(longest_gap()) + 1;
  const data::TimeStep& step = model_.features.step;
  on_grid = time.time;
  if (!last_ || !step.known()) return 1;
  if (!clock_ && time.offset != last_->offset) {
    throw Error(ErrorCode::data, {.what = "the offset from UTC changes",
                                  .expected = "the offset of the rows before in every row",
                                  .hint = "train the model again: it then remembers its clock"});
  }
  std::optional<std::int64_t> steps =
      data::steps_between(last_->time, time.time, step, clock(time));
  if (!steps && !step.on_wall_clock()) {
    const std::int64_t near =
        data::floor_divide(time.time - last_->time + step.micros / 2, step.micros);
    const data::Timestamp there = last_->time + near * step.micros;
    if (std::abs(time.time - there) * kNearness <= step.micros) {
      steps = near;
      on_grid = there;
    }
  }
  if (steps && *steps >= 1 && *steps <= most) return static_cast<std::size_t>(*steps);
  if (steps && *steps > most) {
    throw Error(ErrorCode::data,
                {.what = "the gap to the row before is too long",
                 .expected = std::to_string(longest_gap()) + " missing rows at most",
                 .got = std::to_string(*steps - 1),
                 .hint = "correct the time; after so long a gap begin a new state, with --warm"});
  }
  throw Error(ErrorCode::data,
              {.what = time.time <= last_->time ? "the time does not rise"
                                                : "the time is off the grid of the rows before",
               .expected = "a time whole steps of " + data::step_in_words(step) + " later",
               .hint = "give the rows in order, each time once"});
}

std::size_t ForecastStream::missing_before(const RowTime& time) const {
  data::Timestamp on_grid = 0;
  return steps_to(time, on_grid) - 1;
}

const forecasting::Forecasts& ForecastStream::push(std::span<const double> values,
                                                   const std::optional<RowTime>& time) {
  check_values(values);
  if (!time) {
    take(values, 0);
    return forecast_;
  }
  const std::vector<double> nothing(values.size(), std::numeric_limits<double>::quiet_NaN());
  RowTime now = *time;
  const data::Clock on = clock(now);
  const std::size_t steps = steps_to(*time, now.time);
  for (std::size_t step = 1; step < steps; ++step) {
    const data::Timestamp missing =
        data::add_steps(last_->time, static_cast<std::int64_t>(step), model_.features.step, on);
    take(nothing, on.wall(missing));
  }
  take(values, on.wall(now.time));
  last_ = now;
  return forecast_;
}

void ForecastStream::check_values(std::span<const double> values) const {
  std::size_t n = 0;
  for (const auto* group : {&model_.features.targets, &model_.features.past}) {
    for (const data::ScaledColumn& column : *group) {
      if (!data::is_computable(column, values[n])) data::refuse_value(column, values[n], "the row");
      if (!column.bounds.hold(values[n])) data::refuse_beyond(column, values[n], "the row");
      ++n;
    }
  }
}

void ForecastStream::take(std::span<const double> values, data::Timestamp local_time) {
  rows_.add(values, local_time);
  if (rows_.frame().rows >= 2 * look_back_) rows_.forget(rows_.frame().rows - look_back_);
  const data::Frame& frame = rows_.frame();
  const std::size_t row = frame.rows - 1;
  std::vector<const double*> linear;
  linear.reserve(model_.targets());
  for (std::size_t k = 0; k < model_.targets(); ++k) {
    forecasting::predict(model_.linear[k], forecasting::linear_inputs(frame, k, 0, now_), row,
                         linear_[k]);
    linear.push_back(linear_[k].data());
  }
  const float* correction = nullptr;
  if (session_) {
    forecasting::network_input_row(model_, frame, row, linear, x_.data());
    session_->push(x_, y_);
    correction = y_.data();
  }
  forecast_.values.clear();
  forecast_.linear.clear();
  forecasting::add_forecast(model_, linear, correction, forecast_);
}

std::size_t ForecastStream::rows_missing() const {
  const data::Frame& frame = rows_.frame();
  const std::size_t there = frame.rows == 0 ? 0 : frame.history(frame.rows - 1);
  const std::size_t needed = model_.rows_needed();
  return needed > there ? needed - there : 0;
}

std::vector<std::byte> ForecastStream::save() {
  std::vector<double> rows = rows_.state();
  const RowTime last = last_.value_or(RowTime{0});
  rows.insert(rows.begin(), {last_ ? 1.0 : 0.0, to_seconds(last.time), to_seconds(last.offset)});
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(rows.data());
  std::vector<std::uint8_t> all(bytes, bytes + rows.size() * sizeof(double));
  if (session_) {
    for (const std::byte byte : session_->save())
      all.push_back(std::to_integer<std::uint8_t>(byte));
  }
  return streaming::write_saved({.kind = streaming::SavedHead::forecast,
                                 .fingerprint = fingerprint_,
                                 .window = model_.window,
                                 .count = rows.size()},
                                all, {});
}

void ForecastStream::restore(std::span<const std::byte> bytes) {
  const streaming::Saved saved =
      streaming::read_saved(bytes, streaming::SavedHead::forecast, fingerprint_);
  const std::size_t size = saved.head.count * sizeof(double);
  std::vector<double> rows(std::min(saved.head.count, saved.flags.size() / sizeof(double)));
  if (!rows.empty())  // memcpy does not allow a null pointer
    std::memcpy(rows.data(), saved.flags.data(), rows.size() * sizeof(double));
  data::FrameBuilder fresh(model_.features);
  const std::size_t of_session = session_ ? session_->saved_bytes() : 0;
  if (rows.size() != saved.head.count || rows.size() < kTimes || !are_times(rows) ||
      size + of_session > saved.flags.size() || !fresh.set_state(std::span(rows).subspan(kTimes))) {
    throw Error(ErrorCode::model, {.where = "saved state",
                                   .what = "wrong size",
                                   .expected = "rows of this model",
                                   .got = std::to_string(saved.head.count) + " numbers",
                                   .hint = "give the file that this model's stream saved"});
  }
  if (session_) session_->restore(saved.flags.subspan(size, of_session));
  rows_.set_state(std::span(rows).subspan(kTimes));
  last_.reset();
  if (rows[0] != 0.0) last_ = {from_seconds(rows[1]), from_seconds(rows[2])};
}

}  // namespace sluice::forecasting
