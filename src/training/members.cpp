#include "training/members.hpp"

#include <numeric>

#include "core/random.hpp"

namespace sluice::training {

Members::Members(std::vector<network::Network>& networks, const FitData& data,
                 const FitOptions& options, ThreadPool& pool)
    : pool_(pool), losses_(networks.size()) {
  const std::size_t together = networks.size() / pool.threads() * pool.threads();
  for (std::size_t member = 0; pool.threads() > 1 && member < together; ++member)
    alone_.push_back(std::make_unique<ThreadPool>(1));
  for (network::Network& network : networks) {
    FitOptions own = options;
    own.seed = mix64(options.seed + fits_.size());
    ThreadPool& threads = fits_.size() < alone_.size() ? *alone_[fits_.size()] : pool;
    fits_.push_back(std::make_unique<LstmFit>(network, data, own, threads));
  }
}

double Members::step(double rate) {
  const auto step_of = [&](std::size_t member) { losses_[member] = fits_[member]->step(rate); };
  for (std::size_t first = 0; first < alone_.size(); first += pool_.threads())
    pool_.run(pool_.threads(), [&](std::size_t n) { step_of(first + n); });
  for (std::size_t member = alone_.size(); member < fits_.size(); ++member) step_of(member);
  return std::accumulate(losses_.begin(), losses_.end(), 0.0) / static_cast<double>(fits_.size());
}

std::string Members::trouble() const {
  for (const std::unique_ptr<LstmFit>& fit : fits_) {
    if (!fit->trouble().empty()) return fit->trouble();
  }
  return {};
}

}  // namespace sluice::training
