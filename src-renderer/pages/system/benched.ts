/** GPUs that the benchmark has been run on, wherever that was: the results that come with the program say so. */
const devices = import.meta.glob<string>('../../../bench/results/*.json', { eager: true, import: 'device' })

export const benchedGpus: string[] = [...new Set(Object.values(devices))].filter((device) => device !== 'cpu').sort()
