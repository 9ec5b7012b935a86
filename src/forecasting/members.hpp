// Several LSTMs trained side by side, each with its own seed: their mean forecasts better than one,
// and depends less on luck (docs/forecasting.md).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/function_ref.hpp"
#include "core/threads.hpp"
#include "engine/network.hpp"
#include "training/lstm_fit.hpp"

namespace sluice::forecasting {

class Members {
 public:
  /// The networks, data and pool must outlive this.
  Members(std::vector<engine::Network>& networks, const training::FitData& data,
          const training::FitOptions& options, ThreadPool& pool);

  /// Some steps of each at rate(number of the step). Ends sooner, all having done as many, where
  /// enough() says so, which is asked by any thread, one at a time, before a step that none has
  /// begun; not before the first. Answers the mean of their losses. Where one gets into trouble,
  /// see failure().
  ///
  /// Where there are at least as many members as threads, each goes on one thread at a time, and
  /// hardly ever waits for another; else they take turns at sharing all threads.
  double run(std::size_t steps, FunctionRef<double(std::size_t)> rate, FunctionRef<bool()> enough);
  /// How many all have done.
  std::size_t steps() const;
  /// The first that went wrong in one of them, in step steps() + 1; empty where nothing did.
  const std::string& failure() const { return least_done().failure(); }

 private:
  class Turns;
  const training::LstmFit& least_done() const;

  ThreadPool& pool_;
  std::vector<std::unique_ptr<ThreadPool>> alone_;  // of one thread, by member; none: they share
  std::vector<std::unique_ptr<training::LstmFit>> fits_;
};

}  // namespace sluice::forecasting
