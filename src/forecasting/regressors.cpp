// Computes the regressors of one origin.
#include "forecasting/regressors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "sluice/error.hpp"

namespace sluice::forecasting {
namespace {

void require_size(const char* what, std::size_t got, std::size_t expected) {
  if (got == expected) return;
  throw Error(ErrorCode::shape, {.where = std::string("linear model, ") + what,
                                 .what = "wrong number of values",
                                 .expected = fmt::format("{}", expected),
                                 .got = fmt::format("{}", got)});
}

}  // namespace

void check(const LinearInputs& inputs) {
  require_size("observed", inputs.observed.size(), inputs.rows());
  require_size("now", inputs.now.size(), inputs.rows() * inputs.now_width);
  if (inputs.known.size() < inputs.rows() * inputs.known_width) {
    require_size("known", inputs.known.size(), inputs.rows() * inputs.known_width);
  }
}

void regressors_at(const RegressorLayout& layout, const LinearInputs& inputs, std::size_t t,
                   std::span<double> out) {
  require_size("width of now", inputs.now_width, layout.now_width);
  require_size("width of known", inputs.known_width, layout.known_width);
  require_size("regressors", out.size(), layout.regressors());
  const std::size_t last_known = layout.known_width == 0 ? 0 : t + layout.horizon;
  if (t >= inputs.rows() || (last_known + 1) * layout.known_width > inputs.known.size()) {
    throw Error(ErrorCode::shape,
                {.where = fmt::format("linear model, row {}", t),
                 .what = "the row, or a known column ahead of it, is not in the data",
                 .expected = fmt::format("known columns up to row {}", t + layout.horizon),
                 .hint = "give the known-ahead columns for the whole horizon"});
  }
  double* at = out.data();
  for (std::size_t lag = 0; lag < layout.lags; ++lag) *at++ = inputs.target[t - std::min(lag, t)];
  at = std::copy_n(inputs.now.data() + t * layout.now_width, layout.now_width, at);
  std::copy_n(inputs.known.data() + (t + 1) * layout.known_width,
              layout.horizon * layout.known_width, at);
}

}  // namespace sluice::forecasting
