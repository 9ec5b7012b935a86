#include "training/members.hpp"

#include "core/random.hpp"

namespace sluice::training {

Members::Members(std::vector<network::Network>& networks, const FitData& data,
                 const FitOptions& options, ThreadPool& pool) {
  for (network::Network& network : networks) {
    FitOptions own = options;
    own.seed = mix64(options.seed + fits_.size());
    fits_.push_back(std::make_unique<LstmFit>(network, data, own, pool));
  }
}

double Members::step(double rate) {
  double sum = 0.0;
  for (const std::unique_ptr<LstmFit>& fit : fits_) sum += fit->step(rate);
  return sum / static_cast<double>(fits_.size());
}

std::string Members::trouble() const {
  for (const std::unique_ptr<LstmFit>& fit : fits_) {
    if (!fit->trouble().empty()) return fit->trouble();
  }
  return {};
}

}  // namespace sluice::training
