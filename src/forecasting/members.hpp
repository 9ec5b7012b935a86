// Several LSTMs trained in parallel from different seeds: their mean forecasts better than a single
// one and varies less (docs/forecasting.md).
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

  /// Trains each member for `steps` steps at rate(step number); returns the mean of their losses.
  /// Ends sooner, with equal steps for all, once enough() returns true; it is called from any
  /// thread, one at a time, before a step that no member has begun, except the first. If a member
  /// fails, see failure().
  ///
  /// With at least as many members as threads, each member runs on one thread at a time and rarely
  /// waits for another; otherwise the members take turns and each uses all threads.
  double run(std::size_t steps, FunctionRef<double(std::size_t)> rate, FunctionRef<bool()> enough);
  /// Steps completed by all members.
  std::size_t steps() const;
  /// The first failure of a member, in step steps() + 1; empty if none.
  const std::string& failure() const { return least_done().failure(); }

 private:
  class Turns;
  const training::LstmFit& least_done() const;

  ThreadPool& pool_;
  // single-threaded pools, by member; empty: they share one
  std::vector<std::unique_ptr<ThreadPool>> alone_;
  std::vector<std::unique_ptr<training::LstmFit>> fits_;
};

}  // namespace sluice::forecasting
