// The implementation behind sluice::Model, shared with the public classes that are made from one.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "engine/network.hpp"
#include "sluice/model.hpp"
#include "streaming/stream_model.hpp"

namespace sluice {

struct Model::Parts {
  Parts(engine::Network made, std::string policy)
      : network_(std::make_shared<engine::Network>(std::move(made))),
        state_policy(std::move(policy)) {}

  const engine::Network& network() const { return *network_; }
  /// For changing the weights. Existing streams keep the weights that they were made with.
  engine::Network& changeable();
  /// Counts the changes.
  std::uint64_t version() const { return version_; }

  /// Packed weights, made by the first call and shared by all streams. Thread-safe.
  std::shared_ptr<const streaming::StreamModel> stream_model();

 private:
  std::shared_ptr<engine::Network> network_;
  std::uint64_t version_ = 0;
  std::mutex making_;
  std::shared_ptr<const streaming::StreamModel> stream_model_;

 public:
  std::string state_policy;  ///< "unknown", "carried", "reset:T".
};

}  // namespace sluice
