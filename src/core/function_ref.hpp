// A non-owning reference to a callable: like std::function, but it never allocates and must not
// outlive the callable.
#pragma once

#include <memory>
#include <utility>

namespace sluice {

template <class Signature>
class FunctionRef;

/// As a parameter it is valid during the call.
template <class Result, class... Arguments>
class FunctionRef<Result(Arguments...)> {
 public:
  template <class Callable>
  FunctionRef(const Callable& callable)  // NOLINT(google-explicit-constructor)
      : object_(std::addressof(callable)),
        call_([](const void* object, Arguments... arguments) -> Result {
          return (*static_cast<const Callable*>(object))(std::forward<Arguments>(arguments)...);
        }) {}

  Result operator()(Arguments... arguments) const {
    return call_(object_, std::forward<Arguments>(arguments)...);
  }

 private:
  const void* object_;
  Result (*call_)(const void*, Arguments...);
};

}  // namespace sluice
