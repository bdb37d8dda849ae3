// The convolution of a multi-band layer without its expanded kernel. The four kernels of a bank share their absolute
// values, h1 = h, h2 = (−1)^r h, h3 = (−1)^s h, h4 = (−1)^(r+s) h (paper, equations 1–4; r the column, s the row, from
// 0). Taken apart by the parity of row and column, the nine taps of h give four partial sums,
//   p0 of rows and columns 0, 2 (4 taps)   p1 of rows 0, 2 and column 1 (2)   p2 of row 1, columns 0, 2 (2)   p3 of 1, 1 (1),
// and these the four outputs by signs alone: 9 multiplications where the expanded kernel takes 36 (the paper's future
// work). Gradients go the same way back: signs first, then the nine taps.
// Stride 1, one pixel of zeros around, 3 × 3 kernels, [batch, height, width, channels]; arithmetic is float32.
#include <immintrin.h>

#include <algorithm>
#include <vector>

#include "kernel.h"
#include "vector.h"

namespace workbench {
namespace {

constexpr int taps = 9, bands = 4;
// Pixels of a row that are computed together, so that a kernel's values are read once for all of them.
constexpr int together = 8;

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

struct Sizes {
  long batch, height, width;
  // Of the layer's input, and of a band of its output.
  int inputs, filters;
  long padded() const { return (height + 2) * (width + 2); }
};

// A picture with a border of zeros, as float32.
template <class T>
void pad(const T* picture, const Sizes& sizes, int channels, float* out) {
  const long row = sizes.width * channels, outRow = (sizes.width + 2) * channels;
  std::fill(out, out + outRow, 0.f);
  for (long y = 0; y < sizes.height; y++) {
    float* to = out + (y + 1) * outRow;
    std::fill(to, to + channels, 0.f);
    convert(picture + y * row, to + channels, row);
    std::fill(to + channels + row, to + outRow, 0.f);
  }
  std::fill(out + (sizes.height + 1) * outRow, out + (sizes.height + 2) * outRow, 0.f);
}

// The gradient of the four partial sums from that of the four bands: signs. In place, [pixel][band][filter].
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

// The four outputs of a bank from its partial sums.
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

// `together` pixels of an output row, of n = 8 or 16 filters. @param base [tap][input][filter]
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

// Four values, four times over.
inline Vec fourTimes(const float* at) {
#ifdef __AVX512F__
  return (Vec)_mm512_broadcast_f32x4(_mm_loadu_ps(at));
#else
  Vec v;
  for (int i = 0; i < lanes; i++) v[i] = at[i % 4];
  return v;
#endif
}

// The same for 4 filters: four inputs side by side fill a vector. @param base [tap][input / 4][filter][input % 4]
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
void forward(OpKernelContext* context, const Sizes& sizes, const T* x, const float* base, T* y) {
  std::vector<float> packed(base, base + taps * sizes.inputs * n);
  if (n == 4)
    for (int tap = 0; tap < taps; tap++)
      for (int i = 0; i < sizes.inputs; i++)
        for (int f = 0; f < n; f++) packed[((tap * sizes.inputs + i / 4 * 4) + f) * 4 + i % 4] = base[(tap * sizes.inputs + i) * n + f];
  const long pixels = sizes.height * sizes.width;
  inParallel(context, sizes.batch, pixels * taps * sizes.inputs * n / 16, [&](long from, long to) {
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

// The gradient of the input, with `vectors` of 16 inputs each. @param base as [tap][filter][input]
template <class T, int vectors>
void gradInput(OpKernelContext* context, const Sizes& sizes, const float* base, const T* dy, T* dx) {
  const int filters = sizes.filters, inputs = sizes.inputs, outputs = bands * filters;
  std::vector<float> turned(taps * inputs * filters);
  for (int tap = 0; tap < taps; tap++)
    for (int i = 0; i < inputs; i++)
      for (int f = 0; f < filters; f++) turned[(tap * filters + f) * inputs + i] = base[(tap * inputs + i) * filters + f];
  const long pixels = sizes.height * sizes.width;
  constexpr int block = vectors == 1 ? 8 : 4;
  inParallel(context, sizes.batch, pixels * taps * inputs * filters / 16, [&](long from, long to) {
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
              const float* d = &padded[((row + 2 - s) * (sizes.width + 2) + column + 2 - r) * outputs + partOf(s, r) * filters];
              const float* w = &turned[(s * 3 + r) * filters * inputs];
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

// Images whose gradients are summed by one thread: sums don't depend on how many threads there are.
constexpr long imagesOfChunk = 4;

// The gradient of the base filters, with `vectors` of 16 inputs each, `block` filters at a time.
template <class T, int vectors, int block>
void gradFilter(OpKernelContext* context, const Sizes& sizes, const T* x, const T* dy, float* dbase) {
  const int filters = sizes.filters, inputs = sizes.inputs, outputs = bands * filters;
  const long pixels = sizes.height * sizes.width, rowOf = sizes.width + 2, count = taps * inputs * filters;
  const long chunks = (sizes.batch + imagesOfChunk - 1) / imagesOfChunk;
  std::vector<float> parts(chunks * count);
  inParallel(context, chunks, imagesOfChunk * pixels * count / 16, [&](long from, long to) {
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
            const float *at = &padded[(row + s) * rowOf * inputs], *d = &gradients[row * sizes.width * outputs + partOf(s, 0) * filters + f];
            for (long column = 0; column < sizes.width; column++, at += inputs, d += outputs)
#pragma GCC unroll 8
              for (int r = 0; r < 3; r++)
#pragma GCC unroll 8
                for (int v = 0; v < vectors; v++) {
                  const Vec picture = load(at + r * inputs + v * lanes);
#pragma GCC unroll 8
                  for (int k = 0; k < block; k++) sums[r][k][v] += picture * d[(r & 1) * filters + k];
                }
          }
#pragma GCC unroll 8
          for (int r = 0; r < 3; r++)
#pragma GCC unroll 8
            for (int k = 0; k < block; k++)
#pragma GCC unroll 8
              for (int v = 0; v < vectors; v++)
                for (int i = 0; i < lanes; i++) part[((s * 3 + r) * inputs + v * lanes + i) * filters + f + k] += sums[r][k][v][i];
        }
    }
  });
  for (long i = 0; i < count; i++) {
    double sum = 0;
    for (long chunk = 0; chunk < chunks; chunk++) sum += parts[chunk * count + i];
    dbase[i] = static_cast<float>(sum);
  }
}

// @returns false, with the context's status set, where the shapes are none that the kernels above take
bool sizesOf(OpKernelContext* context, const TensorShape& pictures, int64_t inputs, int64_t filters, Sizes* sizes) {
  const bool fits = pictures.dims() == 4 && (inputs == 16 || inputs == 32 || inputs == 64) && (filters == 4 || filters == 8 || filters == 16) && pictures.dim_size(2) % together == 0;
  if (!fits) {
    context->CtxFailure(tensorflow::errors::InvalidArgument("no shared convolution of ", inputs, " inputs by ", filters, " base filters over ", pictures.DebugString()));
    return false;
  }
  *sizes = {pictures.dim_size(0), pictures.dim_size(1), pictures.dim_size(2), static_cast<int>(inputs), static_cast<int>(filters)};
  return true;
}

bool isBase(OpKernelContext* context, const TensorShape& base) {
  if (base.dims() == 4 && base.dim_size(0) == 3 && base.dim_size(1) == 3) return true;
  context->CtxFailure(tensorflow::errors::InvalidArgument("base filters must be [3, 3, inputs, filters], not ", base.DebugString()));
  return false;
}

template <class T>
struct BankConv : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const TensorShape &x = context->input(0).shape(), &base = context->input(1).shape();
    Sizes sizes;
    if (!isBase(context, base) || !sizesOf(context, x, base.dim_size(2), base.dim_size(3), &sizes)) return;
    OP_REQUIRES(context, x.dim_size(3) == sizes.inputs, tensorflow::errors::InvalidArgument("pictures have ", x.dim_size(3), " channels, base filters ", sizes.inputs));
    T* y = output<T>(context, 0, {sizes.batch, sizes.height, sizes.width, bands * sizes.filters});
    if (!y) return;
    auto* run = sizes.filters == 4 ? forward<T, 4> : sizes.filters == 8 ? forward<T, 8> : forward<T, 16>;
    run(context, sizes, values<T>(context, 0), values<float>(context, 1), y);
  }
};

template <class T>
struct BankConvGradInput : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const TensorShape &base = context->input(0).shape(), &dy = context->input(1).shape();
    Sizes sizes;
    if (!isBase(context, base) || !sizesOf(context, dy, base.dim_size(2), base.dim_size(3), &sizes)) return;
    OP_REQUIRES(context, dy.dim_size(3) == bands * sizes.filters, tensorflow::errors::InvalidArgument("gradients have ", dy.dim_size(3), " channels, banks ", bands * sizes.filters));
    T* dx = output<T>(context, 0, {sizes.batch, sizes.height, sizes.width, sizes.inputs});
    if (!dx) return;
    auto* run = sizes.inputs == 16 ? gradInput<T, 1> : sizes.inputs == 32 ? gradInput<T, 2> : gradInput<T, 4>;
    run(context, sizes, values<float>(context, 0), values<T>(context, 1), dx);
  }
};

template <class T>
struct BankConvGradFilter : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const TensorShape &x = context->input(0).shape(), &dy = context->input(1).shape();
    OP_REQUIRES(context, x.dims() == 4 && dy.dims() == 4 && dy.dim_size(3) % bands == 0, tensorflow::errors::InvalidArgument("pictures and gradients must be [batch, height, width, channels]"));
    Sizes sizes;
    if (!sizesOf(context, dy, x.dim_size(3), dy.dim_size(3) / bands, &sizes)) return;
    for (int i = 0; i < 3; i++) OP_REQUIRES(context, x.dim_size(i) == dy.dim_size(i), tensorflow::errors::InvalidArgument("pictures and gradients differ in size"));
    float* dbase = output<float>(context, 0, {3, 3, sizes.inputs, sizes.filters});
    if (!dbase) return;
    auto* run = sizes.inputs == 16 ? gradFilter<T, 1, 4> : sizes.inputs == 32 ? gradFilter<T, 2, 4> : gradFilter<T, 4, 2>;
    run(context, sizes, values<T>(context, 0), values<T>(context, 1), dbase);
  }
};

REGISTER_OP("WorkbenchBankConv").Attr("T: {float, bfloat16}").Input("x: T").Input("base: float").Output("y: T").SetShapeFn(tensorflow::shape_inference::UnknownShape);
REGISTER_OP("WorkbenchBankConvGradInput").Attr("T: {float, bfloat16}").Input("base: float").Input("dy: T").Output("dx: T").SetShapeFn(tensorflow::shape_inference::UnknownShape);
REGISTER_OP("WorkbenchBankConvGradFilter").Attr("T: {float, bfloat16}").Input("x: T").Input("dy: T").Output("dbase: float").SetShapeFn(tensorflow::shape_inference::UnknownShape);

#define KERNELS(T, Values)                                                                                                        \
  REGISTER_KERNEL_BUILDER(Name("WorkbenchBankConv").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"), BankConv<Values>);      \
  REGISTER_KERNEL_BUILDER(Name("WorkbenchBankConvGradInput").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"), BankConvGradInput<Values>); \
  REGISTER_KERNEL_BUILDER(Name("WorkbenchBankConvGradFilter").Device(tensorflow::DEVICE_CPU).TypeConstraint<T>("T"), BankConvGradFilter<Values>)
KERNELS(float, float);
KERNELS(tensorflow::bfloat16, BFloat16);

}  // namespace
}  // namespace workbench
