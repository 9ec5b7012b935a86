#include "cli/inspect_subject.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <utility>
#include <vector>

#include "cli/table_input.hpp"
#include "core/utf8.hpp"
#include "formats/npy.hpp"
#include "inspection/array_subject.hpp"
#include "inspection/forecast_subject.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

struct Rows {
  std::vector<float> x;
  std::vector<std::string> names;
};

Rows read_array(const std::string& path, std::size_t inputs) {
  const formats::NpyArray array = formats::read_npy(path);
  const std::vector<std::size_t>& shape = array.shape;
  const bool fits = (shape.size() == 2 || (shape.size() == 3 && shape[0] == 1)) &&
                    shape.back() == inputs && array.count() > 0;
  if (!fits) {
    throw Error(ErrorCode::shape,
                {.where = path,
                 .what = "wrong shape",
                 .expected = fmt::format("[T, {0}] or [1, T, {0}], one sequence", inputs),
                 .got = fmt::format("[{}]", fmt::join(shape, ", "))});
  }
  return {array.as_floats(), {}};
}

Rows read_columns(const std::string& path, std::size_t inputs) {
  const data::Table table = read_table_file(path, {});
  if (table.columns.size() != inputs) {
    throw Error(ErrorCode::shape, {.where = path,
                                   .what = "wrong number of numeric columns",
                                   .expected = fmt::format("{}, the network's inputs", inputs),
                                   .got = std::to_string(table.columns.size())});
  }
  Rows rows;
  for (const data::Column& column : table.columns) rows.names.push_back(column.name);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (const data::Column& column : table.columns) {
      const double value = column.values[row];
      if (std::isnan(value)) {
        throw Error(ErrorCode::data,
                    {.where = table.where(row) + ", column '" + column.name + "'",
                     .what = "a missing value",
                     .expected = "a number: a bare network does not support missing values"});
      }
      rows.x.push_back(static_cast<float>(value));
    }
  }
  return rows;
}

}  // namespace

Inspected read_inspected(const std::string& model, const std::string& data,
                         const TableInput& input) {
  Inspected made{std::make_unique<const formats::StoredModel>(formats::load_model(model)), {}, {}};
  if (made.model->forecast) {
    const forecasting::ForecastModel& forecast = *made.model->forecast;
    made.table = read_table_file(data, table_options(input, &forecast.features));
    made.subject = inspection::forecast_subject(forecast, *made.table);
  } else {
    const engine::Network& network = *made.model->plain;
    const std::size_t inputs = network.architecture().input;
    const bool array = std::filesystem::path(data).extension() == ".npy";
    Rows rows = array ? read_array(data, inputs) : read_columns(data, inputs);
    made.subject =
        inspection::array_subject(network, formats::window_of(made.model->state).value_or(0),
                                  std::move(rows.x), std::move(rows.names));
  }
  made.subject.title =
      as_utf8(fmt::format("{} on {}", std::filesystem::path(model).filename().string(),
                          std::filesystem::path(data).filename().string()));
  return made;
}

}  // namespace sluice::cli
