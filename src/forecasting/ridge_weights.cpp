// Bases, and the conversion from standardised regressors to raw ones.
#include "forecasting/ridge_weights.hpp"

namespace sluice::forecasting {

std::size_t base_lag(LinearBase base, std::size_t period, std::size_t h) {
  return base == LinearBase::minus_last ? 0 : period - 1 - h % period;
}

std::vector<LinearBase> possible_bases(std::size_t lags, std::size_t period) {
  std::vector<LinearBase> bases = {LinearBase::plain};
  if (lags >= 1) bases.push_back(LinearBase::minus_last);
  if (period > 1 && lags >= period) bases.push_back(LinearBase::minus_seasonal);
  return bases;
}

std::vector<double> priors(const NormalEquations& equations, const std::vector<LinearBase>& bases,
                           std::size_t period) {
  const std::size_t horizon = equations.layout.horizon;
  const std::size_t columns = bases.size() * horizon;
  std::vector<double> w(equations.size * columns, 0.0);
  for (std::size_t b = 0; b < bases.size(); ++b) {
    if (bases[b] == LinearBase::plain) continue;
    for (std::size_t h = 0; h < horizon; ++h) {
      const std::size_t lag = base_lag(bases[b], period, h);
      w[lag * columns + b * horizon + h] = equations.scale[lag];
    }
  }
  return w;
}

void to_raw(const NormalEquations& equations, std::vector<double>& w) {
  const std::size_t bias = equations.size - 1;
  const std::size_t columns = w.size() / equations.size;
  double* bias_row = &w[bias * columns];
  for (std::size_t c = 0; c < columns; ++c) bias_row[c] += equations.target_offset;
  for (std::size_t i = 0; i < bias; ++i) {
    const double scale = equations.scale[i];
    for (std::size_t c = 0; c < columns; ++c) {
      double& weight = w[i * columns + c];
      weight = scale > 0.0 ? weight / scale : 0.0;
      bias_row[c] -= weight * equations.offset[i];
    }
  }
}

LinearModel make_model(const RegressorLayout& layout, const std::vector<double>& raw,
                       std::size_t columns, std::size_t first_column) {
  LinearModel model;
  static_cast<RegressorLayout&>(model) = layout;
  const std::size_t count = layout.regressors();
  model.weight.resize(layout.horizon * count);
  model.bias.resize(layout.horizon);
  for (std::size_t h = 0; h < layout.horizon; ++h) {
    for (std::size_t i = 0; i < count; ++i) {
      model.weight[h * count + i] = raw[i * columns + first_column + h];
    }
    model.bias[h] = raw[count * columns + first_column + h];
  }
  return model;
}

}  // namespace sluice::forecasting
