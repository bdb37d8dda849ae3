/** GPUs that the benchmark has been run on, from the stored results. */
import { result, type Result } from './result'

/** Returns the devices of stored results that are not a CPU, without duplicates. */
export function gpusOf(results: readonly Pick<Result, 'device'>[]): string[] {
  return [...new Set(results.map(({ device }) => device).filter((device) => device !== 'cpu'))].sort()
}

export function parseResults(texts: readonly string[]): Result[] {
  return texts.map((text) => result.parse(JSON.parse(text)))
}

const begin = '<!-- gpu: drawn from bench/results by `npm run bench -- --readme NAME` -->'
const end = '<!-- /gpu -->'

/**
 * Returns README.md with the line about GPUs that the kept results support.
 * @throws Error if the page has no place for the line
 */
export function withGpus(readme: string, gpus: readonly string[]): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)]
  if (from < 0 || to < from)
    throw new Error(
      `README.md has no place for the line about GPUs: put a line '${begin}' and a line '${end}' where it belongs.`,
    )
  const words =
    gpus.length === 0
      ? 'not yet run on a GPU.'
      : `\`npm run bench -- --device gpu\` has been run on ${gpus.join(', ')}: see bench/results.`
  return `${readme.slice(0, from)}${begin}\n- **GPU**: ${words}\n${readme.slice(to)}`
}
