/** Every call that a window, the command line or a script can make of the service. Each domain declares its own. */
import type { z } from 'zod'
import { datasetCalls } from './datasets/datasets'
import { filterCalls } from './models/filters'
import { modelCalls } from './models/models'
import { runModelCalls } from './models/runModels'
import { manifestCalls } from './publish/manifests'
import { publishCalls } from './publish/publish'
import { verificationCalls } from './publish/verification'
import { evaluationCalls } from './runs/evaluation'
import { queueCalls } from './runs/queue'
import { runListCalls } from './runs/runLists'
import { runCalls } from './runs/runs'
import { searchCalls } from './runs/search'
import type { ShellCalls } from './window/shell'
import { comparisonCalls } from './studies/comparison'
import { moreSeedsCalls } from './studies/moreSeeds'
import { studyCalls } from './studies/studies'
import { storageCalls } from './system/storage'
import { slotCalls } from './system/slots'
import { systemCalls } from './system/system'

export const serviceCalls = {
  ...systemCalls,
  ...slotCalls,
  ...storageCalls,
  ...modelCalls,
  ...datasetCalls,
  ...studyCalls,
  ...comparisonCalls,
  ...moreSeedsCalls,
  ...queueCalls,
  ...runCalls,
  ...evaluationCalls,
  ...runListCalls,
  ...searchCalls,
  ...runModelCalls,
  ...filterCalls,
  ...manifestCalls,
  ...verificationCalls,
  ...publishCalls,
} as const

export type ServiceCalls = typeof serviceCalls
export type ServiceCall = keyof ServiceCalls
export type ServiceParams<C extends ServiceCall> = z.input<ServiceCalls[C]['params']>
export type ServiceParsed<C extends ServiceCall> = z.output<ServiceCalls[C]['params']>
export type ServiceResult<C extends ServiceCall> = z.output<ServiceCalls[C]['result']>

type CallWithPath = { [C in ServiceCall]: ServiceCalls[C] extends { path: 'dialog' } ? C : never }[ServiceCall]
export type RendererServiceCall = Exclude<ServiceCall, CallWithPath>

const isForRenderer = (name: ServiceCall): name is RendererServiceCall => !('path' in serviceCalls[name])

/** Service calls that a window may make. */
export const rendererServiceCalls = (Object.keys(serviceCalls) as ServiceCall[]).filter(isForRenderer)

type AllCalls = Omit<ServiceCalls, CallWithPath> & ShellCalls
export type RendererCall = keyof AllCalls
export type RendererParams<C extends RendererCall> = z.input<AllCalls[C]['params']>
export type RendererResult<C extends RendererCall> = z.output<AllCalls[C]['result']>
