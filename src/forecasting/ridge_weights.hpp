// From normal equations to the weights of a linear model: what fitting (ridge.cpp), choosing
// (ridge_choice.cpp) and short series share. Nothing here is for other files.
#pragma once

#include <cstddef>
#include <vector>

#include "forecasting/normal_equations.hpp"
#include "forecasting/ridge.hpp"

namespace sluice::forecasting {

/// The lag whose weight a base other than `plain` sets to 1 for step h (from 0).
std::size_t base_lag(LinearBase base, std::size_t period, std::size_t h);

/// The bases that read no lag which the model lacks.
std::vector<LinearBase> possible_bases(std::size_t lags, std::size_t period);

/// The weights [size, bases * N] that the penalty shrinks towards, standardised.
std::vector<double> priors(const NormalEquations& equations, const std::vector<LinearBase>& bases,
                           std::size_t period);

/// Turns standardised weights [size, columns] into weights of the raw regressors, the last row into
/// the bias.
void to_raw(const NormalEquations& equations, std::vector<double>& w);

/// The model of columns [first_column, first_column + N) of raw weights [size, columns].
LinearModel make_model(const RegressorLayout& layout, const std::vector<double>& raw,
                       std::size_t columns, std::size_t first_column);

}  // namespace sluice::forecasting
