// Sixteen channels at a time, read and written as float32 or bfloat16; arithmetic is float32.
#pragma once
#include <cstdint>
#include <cstring>

namespace workbench {

constexpr int lanes = 16;
typedef float Vec __attribute__((vector_size(4 * lanes)));
typedef int32_t Mask __attribute__((vector_size(4 * lanes)));
typedef uint32_t Bits __attribute__((vector_size(4 * lanes)));
typedef uint16_t Halves __attribute__((vector_size(2 * lanes)));

struct BFloat16 {
  uint16_t bits;
};

inline Vec load(const float* at) {
  Vec v;
  std::memcpy(&v, at, sizeof v);
  return v;
}
inline void store(float* at, Vec v) { std::memcpy(at, &v, sizeof v); }

// A cast between vectors of one size keeps the bits.
inline Vec load(const BFloat16* at) {
  Halves halves;
  std::memcpy(&halves, at, sizeof halves);
  const Bits bits = __builtin_convertvector(halves, Bits) << 16;
  return (Vec)bits;
}
// Rounds to nearest, ties to even; NaN stays NaN.
inline void store(BFloat16* at, Vec v) {
  const Bits bits = (Bits)v;
  const Bits rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  const Mask nan = v != v;
  const Bits kept = nan ? Bits{} + 0x7fc0 : rounded;
  const Halves halves = __builtin_convertvector(kept, Halves);
  std::memcpy(at, &halves, sizeof halves);
}

inline Vec positive(Vec v) { return v > 0 ? v : Vec{}; }

}  // namespace workbench
