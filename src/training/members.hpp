// Several LSTMs trained side by side, step by step, each with its own seed: their
// mean forecasts better than one, and depends less on luck (docs/forecasting.md).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/threads.hpp"
#include "network/network.hpp"
#include "training/lstm_fit.hpp"

namespace sluice::training {

class Members {
 public:
  /// The networks, data and pool must outlive this.
  Members(std::vector<network::Network>& networks, const FitData& data, const FitOptions& options,
          ThreadPool& pool);

  /// One step of each. The mean of their losses. As many as there are threads go at once, each on a
  /// thread of its own, which hardly wait for each other; those left over share the threads.
  double step(double rate);
  std::size_t steps() const { return fits_.front()->steps(); }
  /// What went wrong in one of them; empty where nothing did.
  std::string trouble() const;

 private:
  ThreadPool& pool_;
  std::vector<std::unique_ptr<ThreadPool>> alone_;  // of one thread, by member that goes alone
  std::vector<std::unique_ptr<LstmFit>> fits_;
  std::vector<double> losses_;
};

}  // namespace sluice::training
