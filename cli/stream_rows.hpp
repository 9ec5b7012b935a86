// What `sluice stream` streams: a bare network or a forecasting model, behind one face. Rows come
// in as the columns that the model reads, answers go out as numbers with names.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/table.hpp"
#include "forecasting/forecast_stream.hpp"
#include "formats/model_file.hpp"
#include "sluice/trace.hpp"

namespace sluice::cli {

class StreamRows {
 public:
  /// `window` as `sluice stream --window`; none: as the model says. `trace`: sees every row's
  /// gates, must outlive this.
  static std::unique_ptr<StreamRows> of(const std::string& path, const formats::StoredModel& model,
                                        std::optional<std::size_t> window,
                                        TraceSink* trace = nullptr);
  virtual ~StreamRows() = default;

  /// Names of the columns of a row; of a bare network, which knows none, x1, x2, ..
  virtual std::vector<std::string> columns() const = 0;
  /// Whether columns are found by those names, and a cell may be empty.
  virtual bool has_names() const = 0;
  /// How its tables are read; without columns of times where its rows have none.
  virtual data::TableOptions table_options() const = 0;
  /// Whether an answer depends on the time.
  virtual bool reads_times() const = 0;
  virtual std::vector<std::string> outputs() const = 0;

  /// Throws Error(data) where a table has another step than the model's data.
  virtual void check(const data::Table& table) const = 0;
  /// The answer to a row, valid until the next. Throws Error(data) naming `where`.
  virtual std::span<const double> push(std::span<const double> values,
                                       const std::optional<forecasting::RowTime>& time,
                                       const std::string& where) = 0;
  /// Rows still missing before an answer has behind it all that the model looks back on; a bare
  /// network does not say.
  virtual std::size_t rows_missing() const = 0;
  /// When the last row was; empty where that is not known.
  virtual std::string last_time() const { return ""; }
  /// Missing rows that a row at this time would leave behind it; throws as push().
  virtual std::size_t missing_before(const forecasting::RowTime&) const { return 0; }
  virtual std::vector<std::byte> save() = 0;
  virtual void restore(std::span<const std::byte> saved) = 0;
};

}  // namespace sluice::cli
