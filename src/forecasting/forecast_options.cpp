#include "forecasting/forecast_options.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sluice/error.hpp"

namespace sluice::forecasting {

void check(const ForecastOptions& options) {
  const auto refuse = [](const std::string& what, const std::string& expected,
                         const std::string& got) {
    throw Error(ErrorCode::usage, {.what = what, .expected = expected, .got = got});
  };
  if (options.features.targets.empty()) refuse("no target", "the name of a column", "none");
  if (options.loss.kind == LossKind::cross_entropy) {
    refuse("a loss of classes", "squared, absolute, huber or quantile", "cross-entropy");
  }
  if (options.loss.kind == LossKind::huber) sluice::check(options.loss, 1);
  sluice::check(options.optimizer);
  if (options.features.bounds) {
    const double low = options.features.bounds->low.value_or(-HUGE_VAL);
    const double high = options.features.bounds->high.value_or(HUGE_VAL);
    if (!(low < high)) {
      refuse("bad bounds", "the lower one below the upper one",
             fmt::format("{} and {}", low, high));
    }
  }
  if (options.horizon == 0 || options.horizon > 10000) {
    refuse("bad horizon", "1 to 10000", std::to_string(options.horizon));
  }
  if (options.batch == 0 || options.batch > 65536) {
    refuse("bad batch", "1 to 65536", std::to_string(options.batch));
  }
  if (options.layers == 0 || options.layers > 64) {
    refuse("bad number of layers", "1 to 64", std::to_string(options.layers));
  }
  if (options.members == 0 || options.members > 64) {
    refuse("bad number of members", "1 to 64", std::to_string(options.members));
  }
  if (options.threads == 0 || options.threads > 1024) {
    refuse("bad number of threads", "1 to 1024", std::to_string(options.threads));
  }
  if (!(options.dropout >= 0 && options.dropout < 1)) {
    refuse("bad dropout", "0 to less than 1", fmt::format("{}", options.dropout));
  }
  if (!(options.time_limit >= 0 && std::isfinite(options.time_limit))) {
    refuse("bad time limit", "0 or a positive number of seconds",
           fmt::format("{}", options.time_limit));
  }
  if (!(options.rate > 0 && std::isfinite(options.rate))) {
    refuse("bad learning rate", "a positive number", fmt::format("{}", options.rate));
  }
  if (options.chunk && *options.chunk < 4) {
    refuse("bad back-propagation length", "at least 4", std::to_string(*options.chunk));
  }
  const std::size_t hidden = options.hidden.value_or(kDefaultHidden);
  if (hidden > 0) sluice::check(options.cell, hidden);
  if (options.window && (*options.window < 4 || *options.window > 10000)) {
    refuse("bad window", "4 to 10000 rows", std::to_string(*options.window));
  }
  if (options.window && options.chunk) {
    refuse("both a window and a back-propagation length",
           "one of them: a window is back-propagated as a whole",
           fmt::format("{} and {}", *options.window, *options.chunk));
  }
  if (options.recompute && options.bidirectional) {
    refuse("both recomputation and a reverse direction",
           "one of them: a window read from its end is kept whole", "both");
  }
  if (!std::isfinite(options.forget_bias)) {
    refuse("bad forget bias", "a finite number", fmt::format("{}", options.forget_bias));
  }
  if (options.epochs && *options.epochs == 0) refuse("bad number of epochs", "at least 1", "0");
  if (options.hidden && *options.hidden > 4096) {
    refuse("bad hidden size", "0 to 4096", std::to_string(*options.hidden));
  }
  constexpr std::size_t kMost = 1000000;
  if (options.epochs && *options.epochs > kMost) {
    refuse("bad number of epochs", "1 to 1000000", std::to_string(*options.epochs));
  }
  if (options.lags && *options.lags > kMost) {
    refuse("bad number of lags", "0 to 1000000", std::to_string(*options.lags));
  }
  if (options.period && (*options.period == 0 || *options.period > kMost)) {
    refuse("bad period", "1 to 1000000", std::to_string(*options.period));
  }
  if (options.quantiles.empty() || options.quantiles.size() > 63) {
    refuse("bad number of quantiles", "1 to 63", std::to_string(options.quantiles.size()));
  }
  for (const double q : options.quantiles) {
    if (!(q > 0 && q < 1)) {
      refuse("bad quantile", "more than 0 and less than 1", fmt::format("{}", q));
    }
  }
}

}  // namespace sluice::forecasting
