// Sixteen channels at a time, read and written as float32 or bfloat16; arithmetic is float32.
#pragma once
#include <cstdint>
#include <cstring>

namespace workbench {

constexpr int lanes = 16;
typedef float Vec __attribute__((vector_size(4 * lanes)));
typedef int32_t Mask __attribute__((vector_size(4 * lanes)));

// What fits into one register. g++ splits arithmetic of wider vectors by itself, but computes their comparisons and
// conversions one value at a time.
#if defined(__AVX512F__)
constexpr int registerLanes = 16;
#elif defined(__AVX2__)
constexpr int registerLanes = 8;
#else
constexpr int registerLanes = 4;
#endif
constexpr int registers = lanes / registerLanes;
typedef float Part __attribute__((vector_size(4 * registerLanes)));
typedef int32_t PartMask __attribute__((vector_size(4 * registerLanes)));
typedef uint32_t PartBits __attribute__((vector_size(4 * registerLanes)));
typedef uint16_t PartHalves __attribute__((vector_size(2 * registerLanes)));

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
  Part parts[registers];
#pragma GCC unroll 4
  for (int i = 0; i < registers; i++) {
    PartHalves halves;
    std::memcpy(&halves, at + i * registerLanes, sizeof halves);
    parts[i] = (Part)(__builtin_convertvector(halves, PartBits) << 16);
  }
  Vec v;
  std::memcpy(&v, parts, sizeof v);
  return v;
}
// Rounds to nearest, ties to even; NaN stays NaN.
inline void store(BFloat16* at, Vec v) {
  Part parts[registers];
  std::memcpy(parts, &v, sizeof v);
#pragma GCC unroll 4
  for (int i = 0; i < registers; i++) {
    const PartBits bits = (PartBits)parts[i];
    const PartBits rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    const PartMask nan = parts[i] != parts[i];
    const PartBits kept = nan ? PartBits{} + 0x7fc0 : rounded;
    const PartHalves halves = __builtin_convertvector(kept, PartHalves);
    std::memcpy(at + i * registerLanes, &halves, sizeof halves);
  }
}

// Returns v where the condition is above zero, else zero.
inline Vec whereAbove(Vec condition, Vec v) {
  Part conditions[registers], parts[registers];
  std::memcpy(conditions, &condition, sizeof condition);
  std::memcpy(parts, &v, sizeof v);
#pragma GCC unroll 4
  for (int i = 0; i < registers; i++) parts[i] = conditions[i] > 0 ? parts[i] : Part{};
  std::memcpy(&v, parts, sizeof v);
  return v;
}

inline Vec positive(Vec v) { return whereAbove(v, v); }

}  // namespace workbench
