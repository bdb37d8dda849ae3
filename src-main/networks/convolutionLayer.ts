/** The convolutions of a network, as data. */

/** One convolution. The contract's `layerSummary` has the same fields. */
export interface ConvolutionLayer {
  /** Unique in its network: stem, stage1.block1.conv1, …, head. */
  name: string
  /** [rows, columns] of one filter, in taps. */
  kernel: [number, number]
  /** Input channels. */
  in: number
  /** Output channels. */
  out: number
  /** 1; or the number of input channels if each filter has one input channel (depthwise). */
  groups: number
  stride: number
  /** Height and width of the output, in pixels. */
  size: number
  multiband: boolean
  /** Trained filters: `out`, divided by the number of bands if the layer is multi-band. */
  baseFilters: number
  /** The bank's masks (see `contract/variants/banks.ts`); null for a plain layer. */
  bank: number[][] | null
}

interface ConvolutionOptions {
  stride?: number
  kernel?: 1 | 3
  depthwise?: boolean
}

/**
 * Returns a plain convolution with "same" padding.
 * @param inputSize height and width of its input, in pixels
 */
export function convolution(
  name: string,
  inputs: number,
  outputs: number,
  inputSize: number,
  { stride = 1, kernel = 3, depthwise = false }: ConvolutionOptions = {},
): ConvolutionLayer {
  return {
    name,
    kernel: [kernel, kernel],
    in: inputs,
    out: outputs,
    groups: depthwise ? inputs : 1,
    stride,
    size: inputSize / stride,
    multiband: false,
    baseFilters: outputs,
    bank: null,
  }
}
