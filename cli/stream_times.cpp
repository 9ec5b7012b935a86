#include "cli/stream_times.hpp"

#include <algorithm>
#include <chrono>
#include <span>

#include "core/random.hpp"

namespace sluice::cli {
namespace {

// Random rows in a cycle, enough of them that branch predictors do not learn them.
class Rows {
 public:
  explicit Rows(std::size_t inputs) : inputs_(inputs), values_(kRows * inputs) {
    Random random(2);
    for (float& value : values_) value = static_cast<float>(random.normal());
  }
  std::span<const float> next() {
    at_ = (at_ + 1) % kRows;
    return std::span(values_).subspan(at_ * inputs_, inputs_);
  }

 private:
  static constexpr std::size_t kRows = 256;
  std::size_t inputs_, at_ = 0;
  std::vector<float> values_;
};

}  // namespace

Clock::Clock() : ns_per_tick_(ns_per_tick()) {
  std::vector<std::uint64_t> costs(10001);
  for (std::uint64_t& cost : costs) {
    const std::uint64_t start = ticks();
    cost = ticks() - start;
  }
  std::nth_element(costs.begin(), costs.begin() + 5000, costs.end());
  cost_ = costs[5000];
}

StreamTimes measure_stream(streaming::Session& session, const Clock& clock, double seconds) {
  constexpr std::size_t kRound = 256;
  Rows rows(session.model().inputs());
  std::vector<float> y(session.model().outputs());
  StreamTimes all;
  std::vector<double> rounds;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t round = 0;; ++round) {
    StreamTimes now;
    for (std::size_t n = 0; n < kRound; ++n) {
      const std::span<const float> x = rows.next();
      now.step.ns.push_back(clock.time([&] { session.push(x, y); }));
    }
    for (std::size_t n = 0; n < kRound; ++n) {
      const std::span<const float> x = rows.next();
      now.prepare.ns.push_back(clock.time([&] { session.prepare(); }));
      now.push.ns.push_back(clock.time([&] { session.push(x, y); }));
      now.null.ns.push_back(clock.time([] {}));
    }
    const double together = clock.time([&] {
      for (std::size_t n = 0; n < kRound; ++n) session.push(rows.next(), y);
    });
    if (round > 0) {  // the first warms up
      const auto add = [](Times& to, const Times& from) {
        to.ns.insert(to.ns.end(), from.ns.begin(), from.ns.end());
      };
      add(all.step, now.step);
      add(all.push, now.push);
      add(all.prepare, now.prepare);
      add(all.null, now.null);
      rounds.push_back(together / static_cast<double>(kRound));
    }
    const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - begin;
    if (round > 3 && gone.count() > seconds) break;
  }
  for (Times* times : {&all.step, &all.push, &all.prepare, &all.null})
    std::sort(times->ns.begin(), times->ns.end());
  std::sort(rounds.begin(), rounds.end());
  all.rate = 1e9 / rounds[rounds.size() / 2];
  return all;
}

}  // namespace sluice::cli
