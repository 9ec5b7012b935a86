// What stands behind a sluice::Model, for the other public classes that are made of one.
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
  /// To be changed. Streams that were made of it keep the weights that they have.
  engine::Network& changeable();
  /// How often it was changed.
  std::uint64_t version() const { return version_; }

  /// Made at the first call, then shared by all streams; may be called from several threads.
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
