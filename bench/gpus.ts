/** On which GPUs the benchmark has been run: the results that are kept are the one place that says so. */
import { result, type Result } from './result'

/** Devices of kept results that are not a CPU, each once. */
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
