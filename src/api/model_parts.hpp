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
  std::shared_ptr<const engine::Network> network;
  std::string state;  ///< The state policy: "unknown", "carried", "reset:T".

  /// Made at the first call, then shared by all streams; may be called from several threads.
  std::shared_ptr<const streaming::StreamModel> stream_model() {
    std::call_once(made_, [this] { made = std::make_shared<streaming::StreamModel>(network); });
    return made;
  }

 private:
  std::once_flag made_;
  std::shared_ptr<const streaming::StreamModel> made;
};

}  // namespace sluice
