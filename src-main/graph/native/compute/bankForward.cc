// The forward direction of the convolution of a multi-band layer. bank.h explains the algorithm.
#ifdef __AVX512F__
#include <immintrin.h>
#endif

#include "bank.h"

namespace workbench {
namespace {

// Computes the four outputs of a bank from its partial sums.
template <class V>
struct Bank {
  V h1, h2, h3, h4;
  Bank(V p0, V p1, V p2, V p3) {
    const V even = p0 + p2, odd = p1 + p3, evenRows = p0 - p2, oddRows = p1 - p3;
    h1 = even + odd;
    h2 = even - odd;
    h3 = evenRows + oddRows;
    h4 = evenRows - oddRows;
  }
};

// Computes `together` pixels of an output row, for n = 8 or 16 filters. @param base [tap][input][filter]
template <int n>
void forwardRow(const float* padded, const Sizes& sizes, const float* base, float* out) {
  typedef typename Lanes<n>::Vec V;
  const int inputs = sizes.inputs;
  V parts[bands][together] = {};
  for (int s = 0; s < 3; s++)
#pragma GCC unroll 8
    for (int r = 0; r < 3; r++) {
      V sums[together];
#pragma GCC unroll 8
      for (int p = 0; p < together; p++) sums[p] = parts[partOf(s, r)][p];
      const float *x = padded + (s * (sizes.width + 2) + r) * inputs, *w = base + (s * 3 + r) * inputs * n;
      for (int i = 0; i < inputs; i++) {
        const V weights = read<n>(w + i * n);
#pragma GCC unroll 8
        for (int p = 0; p < together; p++) sums[p] += weights * x[p * inputs + i];
      }
#pragma GCC unroll 8
      for (int p = 0; p < together; p++) parts[partOf(s, r)][p] = sums[p];
    }
  for (int p = 0; p < together; p++, out += bands * n) {
    const Bank<V> bank(parts[0][p], parts[1][p], parts[2][p], parts[3][p]);
    write(out, bank.h1);
    write(out + n, bank.h2);
    write(out + 2 * n, bank.h3);
    write(out + 3 * n, bank.h4);
  }
}

// Repeats four values four times.
inline Vec fourTimes(const float* at) {
#ifdef __AVX512F__
  return (Vec)_mm512_broadcast_f32x4(_mm_loadu_ps(at));
#else
  Vec v;
#pragma GCC unroll 4
  for (int i = 0; i < lanes; i += 4) std::memcpy(reinterpret_cast<float*>(&v) + i, at, 4 * sizeof(float));
  return v;
#endif
}

// The same for 4 filters: four inputs next to each other fill a vector.
// @param base [tap][input / 4][filter][input % 4]
template <>
void forwardRow<4>(const float* padded, const Sizes& sizes, const float* base, float* out) {
  const int inputs = sizes.inputs;
  Vec parts[bands][together] = {};
  for (int s = 0; s < 3; s++)
#pragma GCC unroll 8
    for (int r = 0; r < 3; r++) {
      Vec sums[together];
#pragma GCC unroll 8
      for (int p = 0; p < together; p++) sums[p] = parts[partOf(s, r)][p];
      const float *x = padded + (s * (sizes.width + 2) + r) * inputs, *w = base + (s * 3 + r) * inputs * 4;
      for (int i = 0; i < inputs; i += 4) {
        const Vec weights = load(w + i * 4);
#pragma GCC unroll 8
        for (int p = 0; p < together; p++) sums[p] += weights * fourTimes(x + p * inputs + i);
      }
#pragma GCC unroll 8
      for (int p = 0; p < together; p++) parts[partOf(s, r)][p] = sums[p];
    }
  const Mask even = {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30};
  const auto pairs = [even](Vec a, Vec b) { return __builtin_shuffle(a, b, even) + __builtin_shuffle(a, b, even + 1); };
  for (int p = 0; p < together; p++, out += lanes) {
    const Bank<Vec> bank(parts[0][p], parts[1][p], parts[2][p], parts[3][p]);
    store(out, pairs(pairs(bank.h1, bank.h2), pairs(bank.h3, bank.h4)));
  }
}

template <class T, int n>
void forward(const Parallel& parallel, const Sizes& sizes, const T* x, const float* base, T* y) {
  std::vector<float> packed(base, base + taps * sizes.inputs * n);
  if (n == 4)
    for (int tap = 0; tap < taps; tap++)
      for (int i = 0; i < sizes.inputs; i++)
        for (int f = 0; f < n; f++)
          packed[((tap * sizes.inputs + i / 4 * 4) + f) * 4 + i % 4] = base[(tap * sizes.inputs + i) * n + f];
  const long pixels = sizes.height * sizes.width;
  parallel(sizes.batch, pixels * taps * sizes.inputs * n / 16, [&](long from, long to) {
    std::vector<float> padded(sizes.padded() * sizes.inputs);
    float out[together * bands * n];
    for (long image = from; image < to; image++) {
      pad(x + image * pixels * sizes.inputs, sizes, sizes.inputs, padded.data());
      for (long row = 0; row < sizes.height; row++)
        for (long column = 0; column < sizes.width; column += together) {
          forwardRow<n>(&padded[(row * (sizes.width + 2) + column) * sizes.inputs], sizes, packed.data(), out);
          convert(out, y + (image * pixels + row * sizes.width + column) * bands * n, together * bands * n);
        }
    }
  });
}

}  // namespace

template <class T>
void bankForward(const Parallel& parallel, const Sizes& sizes, const T* x, const float* base, T* y) {
  auto* run = sizes.filters == 4 ? forward<T, 4> : sizes.filters == 8 ? forward<T, 8> : forward<T, 16>;
  run(parallel, sizes, x, base, y);
}
template void bankForward(const Parallel&, const Sizes&, const float*, const float*, float*);
template void bankForward(const Parallel&, const Sizes&, const BFloat16*, const float*, BFloat16*);

}  // namespace workbench
