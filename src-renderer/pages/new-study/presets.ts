/** Which of the ready studies a form holds. Pure. */
import { presets, type Preset } from '../../../src-main/analysis/studies/presets'
import { formOf, type StudyForm } from './form'

/** Whatever it is named; null where it holds none. */
export function presetOf(form: StudyForm): Preset | null {
  const bare = (one: StudyForm): string => JSON.stringify({ ...one, name: '', depthText: '' })
  return presets.find((preset) => bare(formOf(preset.plan)) === bare(form)) ?? null
}
