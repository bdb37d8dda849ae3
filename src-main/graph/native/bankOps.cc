// TensorFlow's ops for the convolution of a multi-band layer and its gradients.
#include "opKernel.h"

namespace workbench {
namespace {

// Returns false and sets the context's status if the kernels do not support the shapes.
bool sizesOf(OpKernelContext* context, const TensorShape& images, int64_t inputs, int64_t filters, Sizes* sizes) {
  const bool fits = images.dims() == 4 && (inputs == 16 || inputs == 32 || inputs == 64) &&
                    (filters == 4 || filters == 8 || filters == 16) && images.dim_size(2) % together == 0;
  if (!fits) {
    context->CtxFailure(tensorflow::errors::InvalidArgument("no shared convolution of ", inputs, " inputs by ", filters,
                                                            " base filters over ", images.DebugString()));
    return false;
  }
  *sizes = {images.dim_size(0), images.dim_size(1), images.dim_size(2), static_cast<int>(inputs),
            static_cast<int>(filters)};
  return true;
}

bool isBase(OpKernelContext* context, const TensorShape& base) {
  if (base.dims() == 4 && base.dim_size(0) == 3 && base.dim_size(1) == 3) return true;
  context->CtxFailure(tensorflow::errors::InvalidArgument("base filters must be [3, 3, inputs, filters], not ",
                                                          base.DebugString()));
  return false;
}

template <class T>
struct BankConv : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const TensorShape &x = context->input(0).shape(), &base = context->input(1).shape();
    Sizes sizes;
    if (!isBase(context, base) || !sizesOf(context, x, base.dim_size(2), base.dim_size(3), &sizes)) return;
    OP_REQUIRES(context, x.dim_size(3) == sizes.inputs,
                tensorflow::errors::InvalidArgument("images have ", x.dim_size(3), " channels, base filters ",
                                                    sizes.inputs));
    T* y = output<T>(context, 0, {sizes.batch, sizes.height, sizes.width, bands * sizes.filters});
    if (!y) return;
    bankForward(parallelIn(context), sizes, values<T>(context, 0), values<float>(context, 1), y);
  }
};

template <class T>
struct BankConvGradInput : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const TensorShape &base = context->input(0).shape(), &dy = context->input(1).shape();
    Sizes sizes;
    if (!isBase(context, base) || !sizesOf(context, dy, base.dim_size(2), base.dim_size(3), &sizes)) return;
    OP_REQUIRES(context, dy.dim_size(3) == bands * sizes.filters,
                tensorflow::errors::InvalidArgument("gradients have ", dy.dim_size(3), " channels, banks ",
                                                    bands * sizes.filters));
    T* dx = output<T>(context, 0, {sizes.batch, sizes.height, sizes.width, sizes.inputs});
    if (!dx) return;
    bankGradInput(parallelIn(context), sizes, values<float>(context, 0), values<T>(context, 1), dx);
  }
};

template <class T>
struct BankConvGradFilter : OpKernel {
  using OpKernel::OpKernel;
  void Compute(OpKernelContext* context) override {
    const TensorShape &x = context->input(0).shape(), &dy = context->input(1).shape();
    OP_REQUIRES(context, x.dims() == 4 && dy.dims() == 4 && dy.dim_size(3) % bands == 0,
                tensorflow::errors::InvalidArgument("images and gradients must be [batch, height, width, channels]"));
    Sizes sizes;
    if (!sizesOf(context, dy, x.dim_size(3), dy.dim_size(3) / bands, &sizes)) return;
    for (int i = 0; i < 3; i++)
      OP_REQUIRES(context, x.dim_size(i) == dy.dim_size(i),
                  tensorflow::errors::InvalidArgument("images and gradients differ in size"));
    float* dbase = output<float>(context, 0, {3, 3, sizes.inputs, sizes.filters});
    if (!dbase) return;
    bankGradFilter(parallelIn(context), sizes, values<T>(context, 0), values<T>(context, 1), dbase);
  }
};

REGISTER_OP("WorkbenchBankConv")
    .Attr("T: {float, bfloat16}")
    .Input("x: T")
    .Input("base: float")
    .Output("y: T")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);
REGISTER_OP("WorkbenchBankConvGradInput")
    .Attr("T: {float, bfloat16}")
    .Input("base: float")
    .Input("dy: T")
    .Output("dx: T")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);
REGISTER_OP("WorkbenchBankConvGradFilter")
    .Attr("T: {float, bfloat16}")
    .Input("x: T")
    .Input("dy: T")
    .Output("dbase: float")
    .SetShapeFn(tensorflow::shape_inference::UnknownShape);

#define KERNELS(T, Values)                                                                                             \
  REGISTER_KERNEL_BUILDER(Name("WorkbenchBankConv").Device(DEVICE_CPU).TypeConstraint<T>("T"), BankConv<Values>);      \
  REGISTER_KERNEL_BUILDER(Name("WorkbenchBankConvGradInput").Device(DEVICE_CPU).TypeConstraint<T>("T"),                \
                          BankConvGradInput<Values>);                                                                  \
  REGISTER_KERNEL_BUILDER(Name("WorkbenchBankConvGradFilter").Device(DEVICE_CPU).TypeConstraint<T>("T"),               \
                          BankConvGradFilter<Values>)
KERNELS(float, float);
KERNELS(bfloat16, BFloat16);

}  // namespace
}  // namespace workbench
