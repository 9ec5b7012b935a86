// Loads the model file and the data file of `sluice inspect` into one Subject, for forecasting
// models and bare networks alike.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/table_input.hpp"
#include "data/table.hpp"
#include "formats/model_file.hpp"
#include "inspection/subject.hpp"

namespace sluice::cli {

/// A Subject with the model and the table that it refers to.
struct Inspected {
  std::unique_ptr<const formats::StoredModel> model;  ///< On the heap: `subject` points into it.
  std::optional<data::Table> table;                   ///< Only with a forecasting model.
  inspection::Subject subject;
};

/// `data`: a CSV with the model's columns; for a bare network a CSV of its inputs in their order,
/// or a .npy of [T, I] or [1, T, I]. Throws Error naming the file.
Inspected read_inspected(const std::string& model, const std::string& data,
                         const TableInput& input);

}  // namespace sluice::cli
