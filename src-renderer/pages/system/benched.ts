/** GPUs in the bundled benchmark results. */
const devices = import.meta.glob<string>('../../../bench/results/*.json', { eager: true, import: 'device' })

export const benchedGpus: string[] = [...new Set(Object.values(devices))].filter((device) => device !== 'cpu').sort()
