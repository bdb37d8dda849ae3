import { describe, expect, it } from 'vitest'
import { chooseLevel, kernelLevels, limitProblem, supportedLevels } from './kernelLevels.mjs'

/** Excerpts of /proc/cpuinfo of real machines. */
const machines = {
  'AMD EPYC (Zen 4), in a virtual machine':
    'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ht syscall nx mmxext fxsr_opt pdpe1gb rdtscp lm constant_tsc rep_good nopl xtopology nonstop_tsc cpuid extd_apicid tsc_known_freq pni pclmulqdq ssse3 fma cx16 pcid sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave avx f16c rdrand hypervisor lahf_lm cmp_legacy cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw topoext vmmcall fsgsbase tsc_adjust bmi1 avx2 smep bmi2 erms invpcid avx512f avx512dq rdseed adx smap avx512ifma clflushopt clwb avx512cd sha_ni avx512bw avx512vl xsaveopt xsavec xgetbv1 xsaves avx512_bf16 clzero xsaveerptr arat avx512vbmi umip avx512_vbmi2 gfni vaes vpclmulqdq avx512_vnni avx512_bitalg avx512_vpopcntdq rdpid fsrm',
  'Intel Xeon Phi 7210 (Knights Landing)':
    'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush dts acpi mmx fxsr sse sse2 ss ht tm pbe syscall nx pdpe1gb rdtscp lm constant_tsc arch_perfmon pebs bts rep_good nopl xtopology nonstop_tsc ring3mwait aperfmperf pni pclmulqdq dtes64 monitor ds_cpl vmx est tm2 ssse3 fma cx16 xtpr pdcm sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave avx f16c rdrand lahf_lm abm 3dnowprefetch epb tpr_shadow vnmi flexpriority ept vpid fsgsbase tsc_adjust bmi1 avx2 smep bmi2 erms avx512f rdseed adx avx512pf avx512er avx512cd xsaveopt dtherm ida arat pln pts',
  'Intel Xeon E5-2690 v4 (Broadwell)':
    'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush dts acpi mmx fxsr sse sse2 ss ht tm pbe syscall nx pdpe1gb rdtscp lm constant_tsc arch_perfmon pebs bts rep_good nopl xtopology nonstop_tsc aperfmperf eagerfpu pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 sdbg fma cx16 xtpr pdcm pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave avx f16c rdrand lahf_lm abm 3dnowprefetch epb cat_l3 cdp_l3 intel_ppin intel_pt ssbd ibrs ibpb stibp tpr_shadow vnmi flexpriority ept vpid fsgsbase tsc_adjust bmi1 hle avx2 smep bmi2 erms invpcid rtm cqm rdt_a rdseed adx smap xsaveopt cqm_llc cqm_occup_llc cqm_mbm_total cqm_mbm_local dtherm ida arat pln pts spec_ctrl intel_stibp flush_l1d',
  'Intel Xeon E5-2690 0 (Sandy Bridge)':
    'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush dts acpi mmx fxsr sse sse2 ss ht tm pbe syscall nx pdpe1gb rdtscp lm constant_tsc arch_perfmon pebs bts rep_good nopl xtopology nonstop_tsc aperfmperf eagerfpu pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cx16 xtpr pdcm pcid dca sse4_1 sse4_2 x2apic popcnt tsc_deadline_timer aes xsave avx lahf_lm epb tpr_shadow vnmi flexpriority ept vpid xsaveopt dtherm ida arat pln pts',
  'QEMU’s default processor':
    'fpu de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ht syscall nx lm rep_good nopl cpuid extd_apicid tsc_known_freq pni cx16 x2apic hypervisor lahf_lm cmp_legacy svm 3dnowprefetch vmmcall',
  'a virtual processor with AVX2 but without POPCNT':
    'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pse36 clflush mmx fxsr sse sse2 ss syscall nx lm rep_good nopl pni pclmulqdq ssse3 cx16 sse4_1 sse4_2 aes xsave avx hypervisor lahf_lm avx2',
}
const cpuinfo = (...flags: string[]): string =>
  flags
    .map(
      (list, i) =>
        `processor\t: ${i}\nvendor_id\t: AuthenticAMD\nmodel name\t: A processor\nflags\t\t: ${list}\nvmx flags\t: avx512f avx512bw\nbogomips\t: 5192.26\n`,
    )
    .join('\n')
const arm =
  'processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop asimddp ssbs\nCPU implementer\t: 0x41\n'

describe('supportedLevels', () => {
  it.each([
    ['AMD EPYC (Zen 4), in a virtual machine', 3],
    ['Intel Xeon Phi 7210 (Knights Landing)', 2],
    ['Intel Xeon E5-2690 v4 (Broadwell)', 2],
    ['Intel Xeon E5-2690 0 (Sandy Bridge)', 1],
    ['QEMU’s default processor', 0],
    ['a virtual processor with AVX2 but without POPCNT', 0],
  ] as const)('knows the levels of %s', (name, count) => {
    const flags = machines[name]
    expect(supportedLevels(cpuinfo(flags))).toEqual(['x86-64-v2', 'x86-64-v3', 'x86-64-v4'].slice(0, count))
  })

  it('knows none of another architecture, or without /proc', () => {
    expect(supportedLevels(arm)).toEqual([])
    expect(supportedLevels('')).toEqual([])
  })

  it('counts a flag only if all processors have it', () => {
    const [large, small] = [
      machines['AMD EPYC (Zen 4), in a virtual machine'],
      machines['Intel Xeon E5-2690 v4 (Broadwell)'],
    ]
    expect(supportedLevels(cpuinfo(large, small)).at(-1)).toBe('x86-64-v3')
    expect(supportedLevels(cpuinfo(small, large)).at(-1)).toBe('x86-64-v3')
  })

  it('needs each flag of a level and of the levels below', () => {
    const zen4 = machines['AMD EPYC (Zen 4), in a virtual machine'].split(' ')
    const without = (flag: string): string[] => supportedLevels(cpuinfo(zen4.filter((own) => own !== flag).join(' ')))
    expect(without('avx512vl').at(-1)).toBe('x86-64-v3')
    expect(without('movbe').at(-1)).toBe('x86-64-v2')
    expect(without('popcnt')).toEqual([])
  })
})

describe('chooseLevel', () => {
  const zen4 = cpuinfo(machines['AMD EPYC (Zen 4), in a virtual machine'])
  const broadwell = cpuinfo(machines['Intel Xeon E5-2690 v4 (Broadwell)'])

  it('takes the highest level that is built and supported', () => {
    expect(chooseLevel({ cpuinfo: zen4, built: kernelLevels })).toBe('x86-64-v4')
    expect(chooseLevel({ cpuinfo: broadwell, built: kernelLevels })).toBe('x86-64-v3')
    expect(chooseLevel({ cpuinfo: zen4, built: ['x86-64-v2', 'x86-64-v3'] })).toBe('x86-64-v3')
  })

  it('never exceeds the limit, nor the processor whatever the limit', () => {
    expect(chooseLevel({ cpuinfo: zen4, built: kernelLevels, limit: 'x86-64-v2' })).toBe('x86-64-v2')
    expect(chooseLevel({ cpuinfo: broadwell, built: kernelLevels, limit: 'x86-64-v4' })).toBe('x86-64-v3')
    expect(chooseLevel({ cpuinfo: zen4, built: ['x86-64-v4'], limit: 'x86-64-v3' })).toBeNull()
  })

  it('takes native kernels only if no level fits', () => {
    expect(chooseLevel({ cpuinfo: arm, built: ['native'] })).toBe('native')
    expect(chooseLevel({ cpuinfo: zen4, built: ['native'], limit: 'x86-64-v2' })).toBe('native')
    expect(chooseLevel({ cpuinfo: zen4, built: ['x86-64-v2', 'native'] })).toBe('x86-64-v2')
    expect(chooseLevel({ cpuinfo: arm, built: kernelLevels })).toBeNull()
  })
})

it('names a limit that is not a level, and the levels', () => {
  expect(limitProblem({ MCNN_KERNEL_LEVEL: 'v3' })).toEqual({
    message: 'MCNN_KERNEL_LEVEL is v3, which is not a level of the kernels.',
    fix: 'Set it to x86-64-v2, x86-64-v3, x86-64-v4, or unset it.',
  })
  for (const level of [undefined, '', ...kernelLevels]) expect(limitProblem({ MCNN_KERNEL_LEVEL: level })).toBeNull()
})
