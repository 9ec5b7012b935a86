// What `sluice inspect` looks into: a model file and a data file as a Subject, whichever kinds they
// are.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/table_input.hpp"
#include "data/table.hpp"
#include "formats/model_file.hpp"
#include "inspection/subject.hpp"

namespace sluice::cli {

/// Keeps what a Subject refers to.
struct Inspected {
  std::unique_ptr<const formats::StoredModel> model;  ///< Stays where it is.
  std::optional<data::Table> table;                   ///< Of a forecasting model.
  inspection::Subject subject;
};

/// `data`: a CSV with the model's columns; for a bare network a CSV of its inputs in their order,
/// or a .npy of [T, I] or [1, T, I]. Throws Error naming the file.
Inspected read_inspected(const std::string& model, const std::string& data,
                         const TableInput& input);

}  // namespace sluice::cli
