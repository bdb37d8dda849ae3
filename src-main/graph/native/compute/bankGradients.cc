// The gradients of the convolution of a multi-band layer. bank.h explains the algorithm.
#include "bank.h"

namespace workbench {
namespace {

// Computes the gradient of the four partial sums from that of the four bands, by signs. In place,
// [pixel][band][filter].
void bandsToParts(float* pixels, long count, int filters) {
  for (long p = 0; p < count; p++, pixels += bands * filters)
    for (int f = 0; f < filters; f++) {
      float *g1 = pixels + f, *g2 = g1 + filters, *g3 = g2 + filters, *g4 = g3 + filters;
      const float even = *g1 + *g3, odd = *g2 + *g4, evenRows = *g1 - *g3, oddRows = *g2 - *g4;
      *g1 = even + odd;
      *g2 = even - odd;
      *g3 = evenRows + oddRows;
      *g4 = evenRows - oddRows;
    }
}

// Computes the gradient of the input, with `vectors` of 16 inputs each. @param base [tap][filter][input]
template <class T, int vectors>
void gradInput(const Parallel& parallel, const Sizes& sizes, const float* base, const T* dy, T* dx) {
  const int filters = sizes.filters, inputs = sizes.inputs, outputs = bands * filters;
  std::vector<float> transposed(taps * inputs * filters);
  for (int tap = 0; tap < taps; tap++)
    for (int i = 0; i < inputs; i++)
      for (int f = 0; f < filters; f++)
        transposed[(tap * filters + f) * inputs + i] = base[(tap * inputs + i) * filters + f];
  const long pixels = sizes.height * sizes.width;
  constexpr int block = vectors == 1 ? 8 : 4;
  parallel(sizes.batch, pixels * taps * inputs * filters / 16, [&](long from, long to) {
    std::vector<float> padded(sizes.padded() * outputs);
    for (long image = from; image < to; image++) {
      pad(dy + image * pixels * outputs, sizes, outputs, padded.data());
      bandsToParts(padded.data(), sizes.padded(), filters);
      for (long row = 0; row < sizes.height; row++)
        for (long column = 0; column < sizes.width; column += block) {
          Vec sums[block][vectors] = {};
          for (int s = 0; s < 3; s++)
#pragma GCC unroll 8
            for (int r = 0; r < 3; r++) {
              const long pixel = (row + 2 - s) * (sizes.width + 2) + column + 2 - r;
              const float* d = &padded[pixel * outputs + partOf(s, r) * filters];
              const float* w = &transposed[(s * 3 + r) * filters * inputs];
              for (int f = 0; f < filters; f++)
#pragma GCC unroll 8
                for (int v = 0; v < vectors; v++) {
                  const Vec weights = load(w + f * inputs + v * lanes);
#pragma GCC unroll 8
                  for (int p = 0; p < block; p++) sums[p][v] += weights * d[p * outputs + f];
                }
            }
          T* out = dx + (image * pixels + row * sizes.width + column) * inputs;
#pragma GCC unroll 8
          for (int p = 0; p < block; p++)
#pragma GCC unroll 8
            for (int v = 0; v < vectors; v++) store(out + p * inputs + v * lanes, sums[p][v]);
        }
    }
  });
}

// Images whose gradients one task sums, so that sums do not depend on the number of threads.
constexpr long imagesOfChunk = 4;

// Computes the gradient of the base filters, with `vectors` of 16 inputs each, `block` filters at a time.
template <class T, int vectors, int block>
void gradFilter(const Parallel& parallel, const Sizes& sizes, const T* x, const T* dy, float* dbase) {
  const int filters = sizes.filters, inputs = sizes.inputs, outputs = bands * filters;
  const long pixels = sizes.height * sizes.width, rowOf = sizes.width + 2, count = taps * inputs * filters;
  const long chunks = (sizes.batch + imagesOfChunk - 1) / imagesOfChunk;
  std::vector<float> parts(chunks * count);
  parallel(chunks, imagesOfChunk * pixels * count / 16, [&](long from, long to) {
    std::vector<float> padded(sizes.padded() * inputs), gradients(pixels * outputs);
    for (long image = from * imagesOfChunk; image < std::min(sizes.batch, to * imagesOfChunk); image++) {
      float* part = &parts[image / imagesOfChunk * count];
      pad(x + image * pixels * inputs, sizes, inputs, padded.data());
      convert(dy + image * pixels * outputs, gradients.data(), pixels * outputs);
      bandsToParts(gradients.data(), pixels, filters);
      for (int s = 0; s < 3; s++)
        for (int f = 0; f < filters; f += block) {
          Vec sums[3][block][vectors] = {};
          for (long row = 0; row < sizes.height; row++) {
            const float* at = &padded[(row + s) * rowOf * inputs];
            const float* d = &gradients[row * sizes.width * outputs + partOf(s, 0) * filters + f];
            for (long column = 0; column < sizes.width; column++, at += inputs, d += outputs)
#pragma GCC unroll 8
              for (int r = 0; r < 3; r++)
#pragma GCC unroll 8
                for (int v = 0; v < vectors; v++) {
                  const Vec input = load(at + r * inputs + v * lanes);
#pragma GCC unroll 8
                  for (int k = 0; k < block; k++) sums[r][k][v] += input * d[(r & 1) * filters + k];
                }
          }
#pragma GCC unroll 8
          for (int r = 0; r < 3; r++)
#pragma GCC unroll 8
            for (int k = 0; k < block; k++)
#pragma GCC unroll 8
              for (int v = 0; v < vectors; v++)
                for (int i = 0; i < lanes; i++)
                  part[((s * 3 + r) * inputs + v * lanes + i) * filters + f + k] += sums[r][k][v][i];
        }
    }
  });
  for (long i = 0; i < count; i++) {
    double sum = 0;
    for (long chunk = 0; chunk < chunks; chunk++) sum += parts[chunk * count + i];
    dbase[i] = static_cast<float>(sum);
  }
}

}  // namespace

template <class T>
void bankGradInput(const Parallel& parallel, const Sizes& sizes, const float* base, const T* dy, T* dx) {
  auto* run = sizes.inputs == 16 ? gradInput<T, 1> : sizes.inputs == 32 ? gradInput<T, 2> : gradInput<T, 4>;
  run(parallel, sizes, base, dy, dx);
}
template void bankGradInput(const Parallel&, const Sizes&, const float*, const float*, float*);
template void bankGradInput(const Parallel&, const Sizes&, const float*, const BFloat16*, BFloat16*);

template <class T>
void bankGradFilter(const Parallel& parallel, const Sizes& sizes, const T* x, const T* dy, float* dbase) {
  auto* run = sizes.inputs == 16   ? gradFilter<T, 1, 4>
              : sizes.inputs == 32 ? gradFilter<T, 2, 4>
                                   : gradFilter<T, 4, 2>;
  run(parallel, sizes, x, dy, dbase);
}
template void bankGradFilter(const Parallel&, const Sizes&, const float*, const float*, float*);
template void bankGradFilter(const Parallel&, const Sizes&, const BFloat16*, const BFloat16*, float*);

}  // namespace workbench
