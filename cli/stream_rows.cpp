#include "cli/stream_rows.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <utility>

#include "sluice/error.hpp"
#include "streaming/session.hpp"

namespace sluice::cli {
namespace {

std::vector<std::string> numbered(const char* letter, std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t n = 1; n <= count; ++n) names.push_back(fmt::format("{}{}", letter, n));
  return names;
}

class NetworkRows : public StreamRows {
 public:
  NetworkRows(const engine::Network& network, std::size_t window, TraceSink* trace)
      : session_(
            std::make_shared<streaming::StreamModel>(std::make_shared<engine::Network>(network)),
            window, MissingRow::refuse, trace),
        x_(session_.model().inputs()),
        y_(session_.model().outputs()),
        answer_(y_.size()) {}

  std::vector<std::string> columns() const override { return numbered("x", x_.size()); }
  bool has_names() const override { return false; }
  data::TableOptions table_options() const override { return {}; }
  bool reads_times() const override { return false; }
  std::vector<std::string> outputs() const override { return numbered("y", y_.size()); }

  void check(const data::Table&) const override {}
  std::span<const double> push(std::span<const double> values,
                               const std::optional<forecasting::RowTime>&,
                               const std::string& where) override {
    for (std::size_t n = 0; n < x_.size(); ++n) x_[n] = static_cast<float>(values[n]);
    const Status status = session_.push(x_, y_);
    if (status != Status::ok) {
      throw Error(ErrorCode::data,
                  {.where = where,
                   .what = message(status),
                   .expected = fmt::format("{} numbers in the range of float32", x_.size()),
                   .hint = "leave the row out, or scale its values"});
    }
    answer_.assign(y_.begin(), y_.end());
    return answer_;
  }
  std::size_t rows_missing() const override { return 0; }
  std::vector<std::byte> save() override { return session_.save(); }
  void restore(std::span<const std::byte> saved) override { session_.restore(saved); }

 private:
  streaming::Session session_;
  std::vector<float> x_, y_;
  std::vector<double> answer_;
};

class ForecastRows : public StreamRows {
 public:
  ForecastRows(const forecasting::ForecastModel& model, TraceSink* trace)
      : model_(model), stream_(model_, trace) {}

  std::vector<std::string> columns() const override { return stream_.columns(); }
  bool has_names() const override { return true; }
  data::TableOptions table_options() const override { return model_.features.table_options(); }
  bool reads_times() const override { return !model_.features.calendar.empty(); }
  std::vector<std::string> outputs() const override {
    std::vector<std::string> names;
    for (const data::ScaledColumn& target : model_.features.targets) {
      for (std::size_t step = 1; step <= model_.horizon; ++step) {
        for (const double level : model_.quantiles)
          names.push_back(fmt::format("{}+{} q{:g}", target.name, step, level));
      }
    }
    return names;
  }

  void check(const data::Table& table) const override { data::check_table(model_.features, table); }
  std::span<const double> push(std::span<const double> values,
                               const std::optional<forecasting::RowTime>& time,
                               const std::string& where) override {
    try {
      return stream_.push(values, time).values;
    } catch (const Error& error) {
      ErrorParts parts = error.parts();
      const std::size_t column = parts.where.find(", column");
      parts.where = where + (column == std::string::npos ? "" : parts.where.substr(column));
      throw Error(error.code(), parts);
    }
  }
  std::size_t rows_missing() const override { return stream_.rows_missing(); }
  std::string last_time() const override {
    if (!stream_.last()) return "";
    const forecasting::RowTime& last = *stream_.last();
    return data::iso_text(stream_.clock().wall(last.time));
  }
  std::size_t missing_before(const forecasting::RowTime& time) const override {
    return stream_.missing_before(time);
  }
  std::vector<std::byte> save() override { return stream_.save(); }
  void restore(std::span<const std::byte> saved) override { stream_.restore(saved); }

 private:
  forecasting::ForecastModel model_;
  forecasting::ForecastStream stream_;
};

}  // namespace

std::unique_ptr<StreamRows> StreamRows::open(const std::string& path,
                                             const formats::StoredModel& model,
                                             std::optional<std::size_t> window, TraceSink* trace) {
  if (model.plain) {
    const std::size_t own = formats::window_of(model.state).value_or(0);
    return std::make_unique<NetworkRows>(*model.plain, window.value_or(own), trace);
  }
  if (window) {
    throw Error(ErrorCode::usage, {.where = "--window",
                                   .what = "a forecasting model defines its own window",
                                   .expected = "none with " + path});
  }
  return std::make_unique<ForecastRows>(*model.forecast, trace);
}

}  // namespace sluice::cli
