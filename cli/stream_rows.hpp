// A bare network or a forecasting model as a stream, behind one interface: values of the model's
// columns in, named outputs out.
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
  /// `window`: as `sluice stream --window`; nothing: the model's own. `trace` receives the gates of
  /// every row and must outlive this.
  static std::unique_ptr<StreamRows> open(const std::string& path,
                                          const formats::StoredModel& model,
                                          std::optional<std::size_t> window,
                                          TraceSink* trace = nullptr);
  virtual ~StreamRows() = default;

  /// Names of a row's columns; a bare network has none and gets x1, x2, ..
  virtual std::vector<std::string> columns() const = 0;
  /// Whether a CSV needs a header with those names; then cells may be empty.
  virtual bool has_names() const = 0;
  /// How to read the model's tables; no time columns where its rows have no times.
  virtual data::TableOptions table_options() const = 0;
  /// Whether an answer depends on the row's time.
  virtual bool reads_times() const = 0;
  virtual std::vector<std::string> outputs() const = 0;

  /// Throws Error(data) where the table's time step differs from the model's data.
  virtual void check(const data::Table& table) const = 0;
  /// The answer to a row, valid until the next. Throws Error(data) naming `where`.
  virtual std::span<const double> push(std::span<const double> values,
                                       const std::optional<forecasting::RowTime>& time,
                                       const std::string& where) = 0;
  /// Rows still missing from the history that the model looks back on; 0 for a bare network.
  virtual std::size_t rows_missing() const = 0;
  /// Time of the last row; empty if unknown.
  virtual std::string last_time() const { return ""; }
  /// Rows missing between the last row and this time; throws as push().
  virtual std::size_t missing_before(const forecasting::RowTime&) const { return 0; }
  virtual std::vector<std::byte> save() = 0;
  virtual void restore(std::span<const std::byte> saved) = 0;
};

}  // namespace sluice::cli
