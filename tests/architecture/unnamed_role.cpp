// Must not compile: a switch over roles that leaves one to its default, as merging once did.
#include "network/architecture.hpp"

int rows(sluice::network::Role role) {
  switch (role) {
    case sluice::network::Role::weight_ih:
      return 4;
    default:
      return 1;
  }
}
