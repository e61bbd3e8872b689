#pragma once
// Data as models and datasets hold it, made from a seed. Where the size is not a multiple of the
// numbers' width, the last bytes are zero.

#include <cstdint>

#include "storage/base/bytes.h"

namespace banyan {

// Weights of a freshly trained layer: independent, normal, deviation 0.02.
enum class Number { Float32, BFloat16, Float16, BFloat16InFloat32 };
Bytes SampleWeights(Number number, std::size_t size_bytes, std::uint64_t seed = 1);
Bytes SampleInt8Weights(std::size_t size_bytes, std::uint64_t seed = 1);
// 32-bit token ids with the skew of natural text.
Bytes SampleTokens(std::size_t size_bytes, std::uint64_t seed = 1);
// Lines of JSON with made-up words.
Bytes SampleJsonLines(std::size_t size_bytes, std::uint64_t seed = 1);
// Incompressible.
Bytes SampleNoise(std::size_t size_bytes, std::uint64_t seed = 1);

}  // namespace banyan
