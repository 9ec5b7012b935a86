// Turns table rows into model inputs. make_frame() runs the same FrameBuilder as a stream, so both
// give the same numbers.
#include "data/frame.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/elementary.hpp"
#include "data/value_size.hpp"
#include "sluice/error.hpp"

namespace sluice::data {
namespace {

// The phase of the cycle, in [0, 1), at a time on the file's clock.
double phase(Calendar calendar, const CalendarTime& time) {
  const double seconds = time.second + time.microsecond / 1e6;
  const double day = (time.hour + (time.minute + seconds / 60.0) / 60.0) / 24.0;
  switch (calendar) {
    case Calendar::hour:
      return day;
    case Calendar::weekday:
      return (time.weekday + day) / 7.0;
    case Calendar::day_of_year:
      return (time.day_of_year + day) / 366.0;
  }
  throw Error(ErrorCode::internal, {.what = "a calendar input without a cycle"});
}

// Number of rows up to the last one with a value of any target.
std::size_t history_rows(const FeatureSpec& spec, const Table& table) {
  std::size_t rows = 0;
  for (const ScaledColumn& target : spec.targets) {
    const Column& column = table.at(target.name);
    for (std::size_t row = column.values.size(); row > rows; --row) {
      if (!std::isnan(column.values[row - 1])) rows = row;
    }
  }
  return rows;
}

bool is_count(double value) { return value >= 0 && value < 1e15 && value == std::floor(value); }

template <class T>
void drop_front(std::vector<T>& values, std::size_t count) {
  values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count));
}

}  // namespace

std::size_t Frame::history(std::size_t row) const {
  const std::size_t later = rows - 1 - row;
  const std::size_t seen = *std::min_element(since_seen.begin(), since_seen.end());
  return seen > later ? seen - later : 0;
}

FrameBuilder::FrameBuilder(const FeatureSpec& spec) : spec_(spec) {
  for (const auto* group : {&spec.targets, &spec.past, &spec.known}) {
    for (const ScaledColumn& one : *group) columns_.push_back(&one);
  }
  last_.resize(columns_.size());
  const std::size_t targets = spec.targets.size();
  frame_.raw.resize(targets);
  frame_.target.resize(targets);
  frame_.observed.resize(targets);
  frame_.since_seen.resize(targets);
}

// The value in the model's units; a missing one repeats the last value seen.
double FrameBuilder::fill(std::size_t column, double value) {
  const double scaled = columns_[column]->scaler.to_model(value);
  if (!std::isnan(scaled)) last_[column] = scaled;
  return last_[column];
}

void FrameBuilder::add(std::span<const double> values, Timestamp time) {
  const std::size_t targets = spec_.targets.size(), others = columns_.size() - targets;
  for (std::size_t k = 0; k < targets; ++k) {
    frame_.raw[k].push_back(values[k]);
    frame_.target[k].push_back(fill(k, values[k]));
    frame_.observed[k].push_back(!std::isnan(values[k]));
    if (frame_.since_seen[k] > 0 || !std::isnan(values[k])) ++frame_.since_seen[k];
  }
  for (std::size_t n = 0; n < others; ++n)
    frame_.shared.push_back(fill(targets + n, values[targets + n]));
  const std::size_t known = spec_.known.size();
  frame_.known.insert(frame_.known.end(), last_.end() - static_cast<std::ptrdiff_t>(known),
                      last_.end());
  if (!spec_.calendar.empty()) {
    const CalendarTime now = calendar_time(time);
    for (const Calendar calendar : spec_.calendar) {
      const double turns = phase(calendar, now);
      frame_.shared.push_back(sine_of_turns(turns));
      frame_.shared.push_back(cosine_of_turns(turns));
    }
  }
  for (std::size_t n = 0; n < columns_.size(); ++n) {
    const bool missing = std::isnan(values[n]);
    if (columns_[n]->mask) {
      frame_.shared.push_back(missing ? 1.0 : 0.0);
    } else if (std::isnan(columns_[n]->scaler.to_model(values[n]))) {
      ++frame_.filled;
    }
  }
  ++frame_.rows;
}

void FrameBuilder::add_ahead(std::span<const double> known) {
  const std::size_t first = columns_.size() - known.size();
  for (std::size_t n = 0; n < known.size(); ++n) frame_.known.push_back(fill(first + n, known[n]));
  ++frame_.future;
}

void FrameBuilder::forget(std::size_t rows) {
  for (std::size_t k = 0; k < frame_.raw.size(); ++k) {
    drop_front(frame_.raw[k], rows);
    drop_front(frame_.target[k], rows);
    drop_front(frame_.observed[k], rows);
  }
  drop_front(frame_.shared, rows * spec_.shared_width());
  drop_front(frame_.known, rows * spec_.known.size());
  frame_.rows -= rows;
}

std::vector<double> FrameBuilder::state() const {
  std::vector<double> out = last_;
  for (const std::size_t rows : frame_.since_seen) out.push_back(static_cast<double>(rows));
  for (std::size_t row = 0; row < frame_.rows; ++row) {
    for (std::size_t k = 0; k < frame_.target.size(); ++k) {
      out.push_back(frame_.target[k][row]);
      out.push_back(frame_.observed[k][row]);
    }
    const std::size_t width = spec_.shared_width();
    const auto first = frame_.shared.begin() + static_cast<std::ptrdiff_t>(row * width);
    out.insert(out.end(), first, first + static_cast<std::ptrdiff_t>(width));
  }
  return out;
}

bool FrameBuilder::set_state(std::span<const double> state) {
  const std::size_t targets = spec_.targets.size(), width = spec_.shared_width();
  const std::size_t of_row = 2 * targets + width, head = last_.size() + targets;
  if (state.size() < head || (state.size() - head) % of_row != 0) return false;
  const std::span<const double> seen = state.subspan(last_.size(), targets);
  if (!std::all_of(seen.begin(), seen.end(), is_count)) return false;
  std::copy_n(state.begin(), last_.size(), last_.begin());
  Frame fresh;
  fresh.rows = (state.size() - head) / of_row;
  for (const double rows : seen) fresh.since_seen.push_back(static_cast<std::size_t>(rows));
  fresh.raw.assign(targets, std::vector<double>(fresh.rows));
  fresh.target.resize(targets);
  fresh.observed.resize(targets);
  const double* from = state.data() + head;
  for (std::size_t row = 0; row < fresh.rows; ++row) {
    for (std::size_t k = 0; k < targets; ++k) {
      fresh.target[k].push_back(*from++);
      fresh.observed[k].push_back(*from++ != 0.0);
    }
    fresh.shared.insert(fresh.shared.end(), from, from + width);
    from += width;
  }
  frame_ = std::move(fresh);
  return true;
}

void check_table(const FeatureSpec& spec, const Table& table) {
  for (const auto* group : {&spec.targets, &spec.past, &spec.known}) {
    for (const ScaledColumn& one : *group) table.at(one.name);
  }
  if (spec.step.known() && table.step.known() && !(spec.step == table.step)) {
    throw Error(ErrorCode::data,
                {.where = table.path,
                 .what = "the rows have another step than the model's training data",
                 .expected = step_in_words(spec.step),
                 .got = step_in_words(table.step)});
  }
  const bool clocks = !spec.clock.empty() && !table.times.empty();
  if (clocks && (spec.clock == "local") != table.clock.local()) {
    throw Error(ErrorCode::data,
                {.where = table.path,
                 .what = "the times are on another clock than those of the model's training data",
                 .expected = spec.clock == "local" ? "times without an offset from UTC"
                                                   : "times with an offset from UTC, or --zone",
                 .got = table.clock.local() ? "times without"
                                            : "times with one (" + table.clock.name() + ")",
                 .hint = "write them as in the training data, or train again"});
  }
  if (!spec.time_name.empty() && table.times.empty()) {
    throw Error(ErrorCode::data,
                {.where = table.path,
                 .what = "no time column",
                 .expected = "times in '" + spec.time_name + "', as in the training data"});
  }
}

namespace {

void check_values(const FeatureSpec& spec, const Table& table) {
  for (const auto* group : {&spec.targets, &spec.past, &spec.known}) {
    for (const ScaledColumn& column : *group) {
      const std::vector<double>& values = table.at(column.name).values;
      for (std::size_t row = 0; row < values.size(); ++row) {
        if (!is_computable(column, values[row]))
          refuse_value(column, values[row], table.where(row));
      }
    }
  }
}

}  // namespace

Frame make_frame(const FeatureSpec& spec, const Table& table) {
  check_table(spec, table);
  check_values(spec, table);
  const std::size_t rows = history_rows(spec, table);
  if (rows == 0) {
    throw Error(ErrorCode::data,
                {.where = table.path + ", column '" + spec.targets.front().name + "'",
                 .what = "all values of the target are missing",
                 .hint = "there must be at least one row to forecast from"});
  }
  std::vector<const Column*> columns;
  for (const std::string& name : spec.columns()) columns.push_back(&table.at(name));
  std::vector<double> values(columns.size());
  FrameBuilder builder(spec);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t n = 0; n < columns.size(); ++n) values[n] = columns[n]->values[row];
    if (row < rows) {
      const bool timed = !spec.calendar.empty();
      builder.add(values, timed ? table.wall_at(row) : 0);
    } else {
      builder.add_ahead(std::span(values).last(spec.known.size()));
    }
  }
  return builder.take();
}

}  // namespace sluice::data
