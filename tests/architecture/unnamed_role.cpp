// Must not compile: a switch over roles that leaves one to its default, as merging once did.
#include "model/parameters.hpp"

int rows(sluice::Role role) {
  switch (role) {
    case sluice::Role::weight_ih:
      return 4;
    default:
      return 1;
  }
}
