#include "formats/onnx/run_budget.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sluice/error.hpp"

namespace sluice::formats::onnx {
namespace {

constexpr double kElementsOfInput = 1024.0, kElementsOfConstant = 16.0;
constexpr double kLeastElements = 1 << 22;   // 16 MiB of floats
constexpr double kMostElements = 1 << 28;    // 1 GiB of floats
constexpr std::size_t kBytesOfElement = 16;  // four float arrays of the largest size
constexpr std::size_t kLeastBytes = std::size_t{256} << 20;
constexpr double kWorkOfPair = 64.0, kWorkOfOne = 16384.0;
constexpr double kLeastWork = 4294967296.0;  // 2^32: takes seconds

constexpr const char* kHint =
    "give fewer sequences or steps at a time; a graph that makes so much data of so little "
    "is damaged, or was made to exhaust memory";

[[noreturn]] void refuse(const std::string& where, std::string what, std::string expected,
                         std::string got) {
  throw Error(ErrorCode::shape, {.where = where,
                                 .what = std::move(what),
                                 .expected = std::move(expected),
                                 .got = std::move(got),
                                 .hint = kHint});
}

std::string described(const RunSize& size) {
  return fmt::format("a graph of {:.0f} numbers and inputs of {:.0f}", size.constants, size.inputs);
}

std::size_t elements_for(const RunSize& size) {
  const double wanted =
      std::max(kElementsOfInput * size.inputs, kElementsOfConstant * size.constants);
  return static_cast<std::size_t>(std::clamp(wanted, kLeastElements, kMostElements));
}

}  // namespace

double size_of(const Value& value) { return static_cast<double>(value.bytes()) / sizeof(float); }

double size_of_constants(const Graph& graph) {
  double size = 0.0;
  for (const auto& constant : graph.constants) size += size_of(constant.second);
  for (const Node& node : graph.nodes) {
    for (const auto& attribute : node.attributes) {
      const Attribute& given = attribute.second;
      size += size_of(given.tensor) + static_cast<double>(given.reals.size()) +
              2.0 * static_cast<double>(given.integers.size());
    }
  }
  return size;
}

RunBudget::RunBudget(const RunSize& size)
    : size_(size),
      max_elements_(elements_for(size)),
      max_bytes_(std::max(kLeastBytes, kBytesOfElement * max_elements_)),
      max_work_(std::max({kLeastWork, kWorkOfOne * (size.constants + size.inputs),
                          kWorkOfPair * size.constants * size.inputs})) {}

std::size_t RunBudget::room() const {
  return std::min(max_elements_, (max_bytes_ - std::min(bytes_, max_bytes_)) / sizeof(float));
}

void RunBudget::keep(const std::string& where, const Value& value) {
  if (!value.alone()) return;
  bytes_ += value.bytes();
  if (bytes_ <= max_bytes_) return;
  refuse(where, "the arrays of the run take too much memory",
         fmt::format("at most {} MB at a time, for {}", max_bytes_ / 1'000'000, described(size_)),
         fmt::format("{} MB with its result {}", bytes_ / 1'000'000,
                     formats::to_string(value.shape())));
}

void RunBudget::give_up(const Value& value) {
  if (value.alone()) bytes_ -= std::min(bytes_, value.bytes());
}

void RunBudget::spend(const std::string& where, double work) {
  work_ += work;
  if (work_ <= max_work_) return;
  refuse(
      where, "the run would take too long",
      fmt::format("at most {:.2g} multiply-adds or the like, for {}", max_work_, described(size_)),
      fmt::format("{:.2g} up to here", work_));
}

}  // namespace sluice::formats::onnx
