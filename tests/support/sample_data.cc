#include "tests/support/sample_data.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace banyan {
namespace {

std::uint16_t ToHalf(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000;
  const std::uint32_t exponent = bits >> 23 & 0xFF;
  // Subnormals become zero: they are rare at this deviation.
  if (exponent <= 127 - 15) return static_cast<std::uint16_t>(sign);
  return static_cast<std::uint16_t>(sign | (exponent - 127 + 15) << 10 | (bits >> 13 & 0x3FF));
}

}  // namespace

Bytes SampleWeights(Number number, std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal(0, 0.02f);
  Bytes out(size);
  const bool wide = number == Number::Float32 || number == Number::BFloat16InFloat32;
  for (std::size_t at = 0; at + 4 <= size; at += wide ? 4 : 2) {
    const float value = normal(random);
    auto bits = std::bit_cast<std::uint32_t>(value);
    if (number == Number::BFloat16InFloat32) bits &= 0xFFFF0000u;
    if (wide) {
      StoreLe(&out[at], bits);
    } else {
      const auto half =
          number == Number::Float16 ? ToHalf(value) : static_cast<std::uint16_t>(bits >> 16);
      StoreLe(&out[at], half);
    }
  }
  return out;
}

Bytes SampleInt8Weights(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal(0, 30);
  Bytes out(size);
  for (auto& byte : out) {
    byte = static_cast<std::uint8_t>(std::lround(std::clamp(normal(random), -127.f, 127.f)));
  }
  return out;
}

Bytes SampleTokens(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  Bytes out(size);
  for (std::size_t at = 0; at + 4 <= size; at += 4) {
    StoreLe(&out[at], static_cast<std::uint32_t>(std::pow(50000.0, uniform(random))));
  }
  return out;
}

Bytes SampleJsonLines(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<std::string> words;
  for (int i = 0; i < 5000; ++i) {
    std::string word;
    for (auto length = 2 + random() % 8; length > 0; --length) {
      word +=
          "etaoinshrdlucmfwypvbgkjqxz"[static_cast<std::size_t>(26 * std::pow(uniform(random), 2))];
    }
    words.push_back(word);
  }
  std::string text;
  while (text.size() < size) {
    text += "{\"id\": " + std::to_string(random() % 1000000) + ", \"text\": \"";
    for (int i = 0; i < 30; ++i) {
      text += words[static_cast<std::size_t>(std::pow(5000.0, uniform(random))) - 1] + " ";
    }
    text += "\"}\n";
  }
  const auto view = AsBytes(text).first(size);
  return {view.begin(), view.end()};
}

Bytes SampleNoise(std::size_t size, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Bytes out(size);
  for (auto& byte : out) byte = static_cast<std::uint8_t>(random() >> 56);
  return out;
}

}  // namespace banyan
