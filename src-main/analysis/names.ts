/** Names of things as people write them. */
import { depthOf, type Arch, type DatasetId, type Variant } from '../contract/experiment'
import type { Device } from '../contract/records'

export function archName(arch: Arch): string {
  return `ResNet-${depthOf(arch)}`
}

/** What was made rather than photographed says so wherever a number from it is shown. */
export function datasetName(id: DatasetId): string {
  switch (id) {
    case 'synthetic':
      return 'Synthetic (generated)'
    case 'cifar-10':
      return 'CIFAR-10'
    case 'cifar-100':
      return 'CIFAR-100'
  }
}

export function variantName(variant: Variant): string {
  return variant === 'baseline' ? 'Baseline' : variant.toUpperCase()
}

/** How a device computes bfloat16. */
export function bfloat16Words({ bfloat16 }: Pick<Device, 'bfloat16'>): string {
  return bfloat16 === null ? 'emulated, slower than float32' : `in hardware (${bfloat16})`
}
