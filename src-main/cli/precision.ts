import { bfloat16Words } from '../analysis/text/names'
import type { StudyRequest } from '../contract/experiment'
import { autoPrecision } from '../analysis/machine/choices'
import type { Service } from './client'
import { log } from './output/output'

/** Prints what `auto` means on this device, and warns that emulated bfloat16 is slow. */
export async function reportPrecision(service: Service, { training: { precision } }: StudyRequest): Promise<void> {
  if (precision === 'float32') return
  const device = await service.call('system.device', {})
  const words = `bfloat16 here: ${bfloat16Words(device)}.`
  if (precision === 'auto') log(`Precision: ${autoPrecision(device)}; ${words}`)
  else if (device.bfloat16 === null) log(`Warning: ${words}`)
}
