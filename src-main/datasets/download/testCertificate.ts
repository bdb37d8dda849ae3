/** For tests: a self-signed X.509 certificate (RFC 5280) of a server on this machine. */
import { generateKeyPairSync, sign } from 'node:crypto'

const der = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  const n = content.length
  return Buffer.concat([
    Buffer.from(n < 128 ? [tag, n] : n < 256 ? [tag, 0x81, n] : [tag, 0x82, n >> 8, n & 255]),
    content,
  ])
}
const sequence = (...parts: Buffer[]): Buffer => der(0x30, ...parts)
const oid = (hex: string): Buffer => der(6, Buffer.from(hex, 'hex'))
const bits = (bytes: Buffer): Buffer => der(3, Buffer.from([0]), bytes)
const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), der(4, value))

/** For 127.0.0.1 and `names`; PEM. @param from and `to` as in ASN.1, such as 20200101000000Z */
export function makeCertificate(
  names: readonly string[] = ['localhost'],
  from = '20200101000000Z',
  to = '20991231235959Z',
): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'))
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from('MCNN test')))))
  const serial = der(2, Buffer.from([1]))
  const validity = sequence(der(0x18, Buffer.from(from)), der(0x18, Buffer.from(to)))
  const alternatives = sequence(
    der(0x87, Buffer.from([127, 0, 0, 1])),
    ...names.map((one) => der(0x82, Buffer.from(one))),
  )
  const extensions = der(
    0xa3,
    sequence(extension('551d11', alternatives), extension('551d13', sequence(der(1, Buffer.from([0xff]))))),
  )
  const body = sequence(
    der(0xa0, der(2, Buffer.from([2]))),
    serial,
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions,
  )
  const certificate = sequence(body, ecdsaWithSha256, bits(sign('sha256', body, privateKey)))
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  }
}
