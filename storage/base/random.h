#pragma once
// The randomness seam: secrets, tokens and salts come from a Random, never from the system.

#include <cstdint>
#include <span>
#include <string>

namespace banyan {

class Random {
 public:
  virtual ~Random() = default;
  // Fills `out`. Thread safe. The system source cannot fail (the process ends if it does).
  virtual void Fill(std::span<std::uint8_t> out) = 0;
};

// The operating system's source, fit for keys and tokens.
Random& SystemRandom();

// `length` characters of [A-Za-z0-9], uniformly chosen.
std::string RandomAlphanumeric(Random& random, std::size_t length);

}  // namespace banyan
