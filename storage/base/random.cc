#include "storage/base/random.h"

#include <openssl/rand.h>

#include "storage/base/check.h"

namespace banyan {
namespace {

class OsRandom final : public Random {
 public:
  void Fill(std::span<std::uint8_t> out) override {
    ENSURE(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1);
  }
};

}  // namespace

Random& SystemRandom() {
  static OsRandom random;
  return random;
}

std::string RandomAlphanumeric(Random& random, std::size_t length) {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string out;
  while (out.size() < length) {
    std::uint8_t byte = 0;
    random.Fill({&byte, 1});
    if (byte < 248) out.push_back(kAlphabet[byte % 62]);  // 248 = 4 * 62: no modulo bias
  }
  return out;
}

}  // namespace banyan
