/**
 * The folder for temporary files of a trainer and its libraries. It lies in the run's own folder, so that no run
 * depends on TMPDIR.
 */
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'

/**
 * Creates the folder without the files of a killed trainer, and sets it as TMPDIR of this process.
 * @param runDir the run's own folder; made if it is missing
 * @returns the folder
 */
export async function openScratch(runDir: string): Promise<string> {
  const folder = path.join(runDir, 'scratch')
  await closeScratch(folder)
  await mkdir(folder, { recursive: true })
  // TensorFlow reads the variable too.
  process.env['TMPDIR'] = folder
  return folder
}

export async function closeScratch(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}
