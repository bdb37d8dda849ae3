/** Describes the progress of a download. Pure. */
import { duration, fixed } from './numbers'

export function megabytes(bytes: number): string {
  return `${fixed(bytes / 1e6, 1)} MB`
}

export interface Transfer {
  /** Bytes. */
  done: number
  total: number
  /** Null or missing if it is not known (yet). */
  bytesPerSecond?: number | null | undefined
  etaSeconds?: number | null | undefined
}

/** '34.0 of 170.1 MB · 5.2 MB/s · 26 s left'; unknown parts are left out. */
export function transferWords({ done, total, bytesPerSecond, etaSeconds }: Transfer): string {
  const parts = [`${fixed(done / 1e6, 1)} of ${megabytes(total)}`]
  if (typeof bytesPerSecond === 'number')
    parts.push(bytesPerSecond < 1e5 ? `${fixed(bytesPerSecond / 1e3, 0)} kB/s` : `${megabytes(bytesPerSecond)}/s`)
  if (typeof etaSeconds === 'number') parts.push(`${duration(etaSeconds)} left`)
  return parts.join(' · ')
}
