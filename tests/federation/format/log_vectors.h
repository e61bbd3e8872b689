#pragma once
// The log that the vectors of these tests are about: entry i is the text "entry <i>", the log's
// private key 32 bytes of 0x01, the witness's 32 bytes of 0x02.

#include <string>

#include "federation/format/log_hash.h"
#include "storage/base/signing.h"
#include "tests/support/must.h"

namespace banyan::federation::testing {

inline SigningKey KeyOf(std::uint8_t byte) {
  Secret seed;
  seed.fill(byte);
  return SigningKey(seed);
}
inline SigningKey LogKey() { return KeyOf(1); }
inline SigningKey WitnessKey() { return KeyOf(2); }

inline Bytes Entry(std::uint64_t index) {
  const std::string text = "entry " + std::to_string(index);
  return Bytes(text.begin(), text.end());
}

inline LogHash FromBase64(std::string_view text) {
  return LogHash::FromRaw(MUST(ParseBase64(text)));
}

inline Frontier LogOf(std::uint64_t size) {
  Frontier log;
  while (log.size() < size) log.Append(HashLeaf(Entry(log.size())));
  return log;
}

}  // namespace banyan::federation::testing
