/** Detects which preset a form holds. Pure. */
import { presets, type Preset } from '../../../src-main/analysis/studies/presets'
import { formOf, type StudyForm } from './form'

/** Returns the preset, ignoring the study's name; null if the form matches none. */
export function presetOf(form: StudyForm): Preset | null {
  const bare = (one: StudyForm): string => JSON.stringify({ ...one, name: '', depthText: '' })
  return presets.find((preset) => bare(formOf(preset.plan)) === bare(form)) ?? null
}
