import { archs, variants } from '../../contract/experiment'
import { modelSummary } from '../../nn/architecture'
import type { HandlersOf } from '../app/handlers'

export function modelCalls(): HandlersOf<'models'> {
  return {
    'models.list': ({ classes }) =>
      archs.flatMap((arch) => variants.map((variant) => modelSummary(arch, variant, classes))),
    'models.get': ({ arch, variant, classes }) => modelSummary(arch, variant, classes),
  }
}
