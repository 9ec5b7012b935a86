// From normal equations to the weights of a linear model. Private to fitting (ridge.cpp), choosing
// (ridge_choice.cpp) and short series.
#pragma once

#include <cstddef>
#include <vector>

#include "forecasting/normal_equations.hpp"
#include "forecasting/ridge.hpp"

namespace sluice::forecasting {

/// The lag whose weight is 1 for step h (from 0) in a base other than `plain`.
std::size_t base_lag(LinearBase base, std::size_t period, std::size_t h);

/// The bases that the given lags allow.
std::vector<LinearBase> possible_bases(std::size_t lags, std::size_t period);

/// The standardised weights [size, bases * N] that the penalty shrinks towards.
std::vector<double> priors(const NormalEquations& equations, const std::vector<LinearBase>& bases,
                           std::size_t period);

/// Converts standardised weights [size, columns] to weights of the raw regressors; the last row
/// becomes the bias.
void to_raw(const NormalEquations& equations, std::vector<double>& w);

/// The model of columns [first_column, first_column + N) of raw weights [size, columns].
LinearModel make_model(const RegressorLayout& layout, const std::vector<double>& raw,
                       std::size_t columns, std::size_t first_column);

}  // namespace sluice::forecasting
