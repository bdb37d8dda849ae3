// Shared parts of the convolution of a multi-band layer without its expanded kernel. The four kernels of a bank share
// their absolute values: h1 = h, h2 = (−1)^r h, h3 = (−1)^s h, h4 = (−1)^(r+s) h (paper, equations 1–4; r is the
// column, s the row, both from 0). Split by the parity of row and column, the nine taps of h give four partial sums:
//   p0 of rows and columns 0, 2 (4 taps)     p1 of rows 0, 2 and column 1 (2)
//   p2 of row 1 and columns 0, 2 (2)         p3 of row 1 and column 1 (1)
// Signs alone turn these into the four outputs: 9 multiplications, where the expanded kernel needs 36 (future work of the
// paper). Gradients take the opposite way: first the signs, then the nine taps.
// Stride 1, one pixel of zero padding, 3 × 3 kernels, [batch, height, width, channels]; arithmetic is float32.
#pragma once
#include <algorithm>
#include <vector>

#include "compute.h"

namespace workbench {

constexpr int taps = 9;

constexpr int partOf(int s, int r) { return (s & 1) * 2 + (r & 1); }

template <int n>
struct Lanes {
  typedef float Vec __attribute__((vector_size(4 * n)));
};
template <int n>
typename Lanes<n>::Vec read(const float* at) {
  typename Lanes<n>::Vec v;
  std::memcpy(&v, at, sizeof v);
  return v;
}
template <class V>
void write(float* at, V v) {
  std::memcpy(at, &v, sizeof v);
}
inline void convert(const float* from, float* to, long count) { std::memcpy(to, from, count * sizeof(float)); }
inline void convert(const BFloat16* from, float* to, long count) {
  for (long i = 0; i < count; i += lanes) store(to + i, load(from + i));
}
inline void convert(const float* from, BFloat16* to, long count) {
  for (long i = 0; i < count; i += lanes) store(to + i, load(from + i));
}

// Copies an image as float32, with a border of zeros.
template <class T>
void pad(const T* image, const Sizes& sizes, int channels, float* out) {
  const long row = sizes.width * channels, outRow = (sizes.width + 2) * channels;
  std::fill(out, out + outRow, 0.f);
  for (long y = 0; y < sizes.height; y++) {
    float* to = out + (y + 1) * outRow;
    std::fill(to, to + channels, 0.f);
    convert(image + y * row, to + channels, row);
    std::fill(to + channels + row, to + outRow, 0.f);
  }
  std::fill(out + (sizes.height + 1) * outRow, out + (sizes.height + 2) * outRow, 0.f);
}

}  // namespace workbench
