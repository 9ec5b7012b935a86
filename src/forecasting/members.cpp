#include "forecasting/members.hpp"

#include <algorithm>
#include <mutex>
#include <optional>

#include "core/random.hpp"

namespace sluice::forecasting {

Members::Members(std::vector<engine::Network>& networks, const training::FitData& data,
                 const training::FitOptions& options, ThreadPool& pool)
    : pool_(pool) {
  const bool apart = pool.threads() > 1 && networks.size() >= pool.threads();
  for (engine::Network& network : networks) {
    training::FitOptions own = options;
    own.seed = mix64(options.seed + fits_.size());
    if (networks.size() > 1) own.most_parts = 1;  // parallel over members instead
    if (apart) alone_.push_back(std::make_unique<ThreadPool>(1));
    fits_.push_back(
        std::make_unique<training::LstmFit>(network, data, own, apart ? *alone_.back() : pool));
  }
}

// Assigns steps to threads: a free thread takes the member that is furthest behind, so all threads
// stay busy even if they do not divide the number of members.
class Members::Turns {
 public:
  Turns(std::size_t members, std::size_t steps, FunctionRef<bool()> enough)
      : begun_(members, 0), busy_(members, 0), steps_(steps), enough_(enough) {}

  /// The next member and the number of steps it has begun; nullopt when all have finished.
  struct Turn {
    std::size_t member, step;
  };
  std::optional<Turn> take() {
    const std::lock_guard lock(mutex_);
    std::optional<Turn> next;
    for (std::size_t member = 0; member < begun_.size(); ++member) {
      if (!busy_[member] && (!next || begun_[member] < next->step))
        next = Turn{member, begun_[member]};
    }
    if (!next) return next;
    if (next->step == furthest_ && furthest_ > 0 && furthest_ < steps_ && enough_())
      steps_ = furthest_;
    if (next->step >= steps_) return std::nullopt;
    busy_[next->member] = 1;
    furthest_ = std::max(furthest_, ++begun_[next->member]);
    return next;
  }

  /// Ends a turn. After a failure no member starts a later step; the others still catch up to it.
  void give_back(const Turn& turn, bool trouble) {
    const std::lock_guard lock(mutex_);
    busy_[turn.member] = 0;
    if (trouble) steps_ = std::min(steps_, turn.step + 1);
  }

 private:
  std::mutex mutex_;
  std::vector<std::size_t> begun_;
  std::vector<std::uint8_t> busy_;
  std::size_t steps_, furthest_ = 0;
  FunctionRef<bool()> enough_;
};

double Members::run(std::size_t steps, FunctionRef<double(std::size_t)> rate,
                    FunctionRef<bool()> enough) {
  Turns turns(fits_.size(), steps, enough);
  std::vector<double> losses(fits_.size(), 0.0);
  const std::size_t before = this->steps();
  const auto work = [&](std::size_t) {
    while (const std::optional<Turns::Turn> turn = turns.take()) {
      training::LstmFit& fit = *fits_[turn->member];
      losses[turn->member] += fit.step(rate(fit.steps()));
      turns.give_back(*turn, !fit.failure().empty());
    }
  };
  if (alone_.empty()) {
    work(0);
  } else {
    pool_.run(pool_.threads(), work);
  }
  double sum = 0.0;
  for (const double loss : losses) sum += loss;
  const std::size_t done = std::max<std::size_t>(1, this->steps() - before);
  return sum / static_cast<double>(fits_.size() * done);
}

const training::LstmFit& Members::least_done() const {
  return **std::min_element(fits_.begin(), fits_.end(), [](const auto& one, const auto& other) {
    return one->steps() < other->steps();
  });
}

std::size_t Members::steps() const { return least_done().steps(); }

}  // namespace sluice::forecasting
