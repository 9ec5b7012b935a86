// A fit's data without anything to learn: inputs and one target of noise.
#pragma once

#include "core/random.hpp"
#include "training/lstm_fit.hpp"

namespace sluice::forecasting {

inline training::FitData noise_data(std::size_t rows, std::size_t inputs) {
  training::FitData data;
  Random random(3);
  data.inputs.resize(rows * engine::row_stride(inputs));
  for (float& value : data.inputs) value = static_cast<float>(random.normal());
  data.targets.resize(rows);
  for (float& value : data.targets) value = static_cast<float>(random.normal());
  data.offsets = {0.0f};
  data.levels = {0.5f};
  data.loss = {LossKind::squared, 1.0f};
  data.rows = rows;
  return data;
}

}  // namespace sluice::forecasting
