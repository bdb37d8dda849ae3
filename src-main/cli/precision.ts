import { bfloat16Words } from '../analysis/text/names'
import type { StudyRequest } from '../contract/experiment'
import { autoPrecision } from '../analysis/machine/choices'
import type { Service } from './client'
import { say } from './output/output'

/** Says what `auto` is here, and what bfloat16 costs where it is emulated. */
export async function tellPrecision(service: Service, { training: { precision } }: StudyRequest): Promise<void> {
  if (precision === 'float32') return
  const device = await service.call('system.device', {})
  const words = `bfloat16 here: ${bfloat16Words(device)}.`
  if (precision === 'auto') say(`Precision: ${autoPrecision(device)}; ${words}`)
  else if (device.bfloat16 === null) say(`Warning: ${words}`)
}
