#pragma once
// Result<T>: a value or an Error. The accessors follow std::expected, so a later move to C++23
// changes only how errors are made. Our code throws nothing; every call that can fail says so
// in its return type.

#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "storage/base/check.h"

namespace banyan {

// An error code exists only because some caller reacts to it.
enum class Errc {
  NotFound,     // the named thing does not exist, or the caller may not know that it does
  Corrupt,      // stored or received bytes do not match their own digest or format
  Invalid,      // the request or input is wrong; sending it again will not help
  Denied,       // known caller, known thing, no right to do this
  Withheld,     // taken down: nobody gets it here
  Conflict,     // somebody else changed it first: read again and retry
  TooLarge,     // over a documented limit or a quota
  NoSpace,      // the disk is full; nothing was lost: free some space and try again
  Unavailable,  // try again later: overload, shutdown, a peer that does not answer
  Io,           // the disk or the network failed; durable state is unknown until reload
  Cancelled,    // the caller asked to stop
};

// The name as written above, e.g. "NotFound".
std::string_view ToString(Errc code);

class [[nodiscard]] Error {
 public:
  Error(Errc code, std::string message) : code_(code), message_(std::move(message)) {}

  Errc code() const { return code_; }
  // What was wrong and, where it helps, what to do; outermost context first.
  const std::string& message() const { return message_; }

  // Prefixes "context: " and returns itself, for `return std::move(e).Context("reading x")`.
  Error Context(std::string_view context) && {
    message_ = std::string(context) + ": " + message_;
    return std::move(*this);
  }

 private:
  Errc code_;
  std::string message_;
};

// A union of our own and no std::variant: every file of this project has some Results, and the
// general one took a tenth of the compiler's time.
template <typename T>
class [[nodiscard]] Result {
  static_assert(!std::is_same_v<T, bool>, "Result<bool> reads ambiguously: name the outcome");

 public:
  using value_type = T;
  Result(T value) : has_value_(true) { new (&value_) T(std::move(value)); }           // NOLINT
  Result(Error error) : has_value_(false) { new (&error_) Error(std::move(error)); }  // NOLINT
  Result(const Result& other) : has_value_(other.has_value_) { Make(other); }
  Result(Result&& other) noexcept : has_value_(other.has_value_) { Make(std::move(other)); }
  ~Result() { Destroy(); }
  Result& operator=(Result other) noexcept {
    Destroy();
    has_value_ = other.has_value_;
    Make(std::move(other));
    return *this;
  }

  bool has_value() const { return has_value_; }
  explicit operator bool() const { return has_value_; }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& value() {
    ENSURE(has_value_);
    return value_;
  }
  const T& value() const {
    ENSURE(has_value_);
    return value_;
  }
  T value_or(T other) && { return has_value_ ? std::move(value_) : std::move(other); }
  Error& error() {
    ENSURE(!has_value_);
    return error_;
  }
  const Error& error() const {
    ENSURE(!has_value_);
    return error_;
  }
  // The same result, with "context: " before an error's message.
  Result Context(std::string_view context) && {
    if (has_value_) return std::move(*this);
    return std::move(error_).Context(context);
  }

 private:
  template <typename Other>
  void Make(Other&& other) {
    if (has_value_) {
      new (&value_) T(std::forward<Other>(other).value_);
    } else {
      new (&error_) Error(std::forward<Other>(other).error_);
    }
  }
  void Destroy() {
    if (has_value_) {
      value_.~T();
    } else {
      error_.~Error();
    }
  }

  bool has_value_;
  union {
    T value_;
    Error error_;
  };
};

// The result of a call that returns nothing on success: `return Ok();`.
struct Unit {};
class [[nodiscard]] Status {
 public:
  using value_type = Unit;
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT

  bool has_value() const { return !error_.has_value(); }
  explicit operator bool() const { return has_value(); }
  Unit operator*() const { return {}; }
  const Error& error() const {
    ENSURE(error_.has_value());
    return *error_;
  }
  Error& error() {
    ENSURE(error_.has_value());
    return *error_;
  }
  Status Context(std::string_view context) && {
    if (has_value()) return {};
    return std::move(*error_).Context(context);
  }

 private:
  std::optional<Error> error_;
};
inline Status Ok() { return {}; }

}  // namespace banyan

// `auto x = TRY(F());` gives F's value or returns its error from the enclosing function. Not behind
// a member in braces, {a, TRY(b)}: compilers leave without destroying `a` (tests/tidy/try_test.cc).
#define TRY(expression) BANYAN_TRY(expression, BANYAN_JOIN(try_result_, __COUNTER__))
#define BANYAN_JOIN(a, b) BANYAN_JOIN_NOW(a, b)
#define BANYAN_JOIN_NOW(a, b) a##b
#define BANYAN_TRY(expression, result)                         \
  __extension__({                                              \
    auto result = (expression);                                \
    if (!result.has_value()) return std::move(result.error()); \
    *std::move(result);                                        \
  })
