/**
 * The authority of one embedded stack and the certificate of its servers, made anew at each start and
 * kept in memory: nothing that outlives a run has to be trusted.
 */
import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import {
  AlgorithmIdentifier,
  AttributeTypeAndValue,
  AttributeValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  Extension,
  Extensions,
  GeneralName,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  id_kp_serverAuth,
  KeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  Name,
  RelativeDistinguishedName,
  SubjectAlternativeName,
  SubjectKeyIdentifier,
  SubjectPublicKeyInfo,
  TBSCertificate,
  Validity,
  Version,
} from '@peculiar/asn1-x509';
import type { Tls } from './seams.ts';

const commonName = '2.5.4.3';
const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
const lifetimeMs = 7 * 24 * 3_600_000;
/** The clock of the host may be set back while a stack runs. */
const leewayMs = 3_600_000;

interface Party {
  readonly name: string;
  readonly key: KeyObject;
  readonly publicKey: Buffer;
  readonly keyId: Uint8Array;
}

/** Makes an authority, and a certificate for servers on loopback and under other names. */
export function makeTls(names: readonly string[] = []): Tls {
  const authority = party('kuryr-conformance');
  const server = party('127.0.0.1');
  const alternatives = [
    new GeneralName({ iPAddress: '127.0.0.1' }),
    ...['localhost', ...names].map((dNSName) => new GeneralName({ dNSName })),
  ];
  const usage = KeyUsageFlags.keyCertSign + KeyUsageFlags.digitalSignature;
  return {
    key: server.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: certify(server, authority, [
      extension(id_ce_basicConstraints, new BasicConstraints(), 'critical'),
      extension(id_ce_extKeyUsage, new ExtendedKeyUsage([id_kp_serverAuth])),
      extension(id_ce_subjectAltName, new SubjectAlternativeName(alternatives)),
    ]),
    ca: certify(authority, authority, [
      extension(id_ce_basicConstraints, new BasicConstraints({ cA: true }), 'critical'),
      extension(id_ce_keyUsage, new KeyUsage(usage), 'critical'),
    ]),
  };
}

function party(name: string): Party {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const keyId = new Uint8Array(createHash('sha256').update(publicKey).digest().subarray(0, 20));
  return { name, key: privateKey, publicKey, keyId };
}

function certify(subject: Party, issuer: Party, extensions: readonly Extension[]): string {
  const algorithm = new AlgorithmIdentifier({ algorithm: ecdsaWithSha256 });
  const tbsCertificate = new TBSCertificate({
    version: Version.v3,
    // The first byte keeps the number positive.
    serialNumber: bytes(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    signature: algorithm,
    issuer: nameOf(issuer),
    validity: new Validity({
      notBefore: new Date(Date.now() - leewayMs),
      notAfter: new Date(Date.now() + lifetimeMs),
    }),
    subject: nameOf(subject),
    subjectPublicKeyInfo: AsnConvert.parse(subject.publicKey, SubjectPublicKeyInfo),
    extensions: new Extensions([...extensions, ...keyIds(subject, issuer)]),
  });
  const signatureValue = sign(
    'sha256',
    new Uint8Array(AsnConvert.serialize(tbsCertificate)),
    issuer.key,
  );
  const certificate = new Certificate({
    tbsCertificate,
    signatureAlgorithm: algorithm,
    signatureValue: bytes(signatureValue),
  });
  return pem(Buffer.from(AsnConvert.serialize(certificate)));
}

/** OpenSSL in its strict mode, which Python turns on, refuses certificates without them. */
function keyIds(subject: Party, issuer: Party): Extension[] {
  const keyIdentifier = new KeyIdentifier(issuer.keyId);
  return [
    extension(id_ce_subjectKeyIdentifier, new SubjectKeyIdentifier(subject.keyId)),
    extension(id_ce_authorityKeyIdentifier, new AuthorityKeyIdentifier({ keyIdentifier })),
  ];
}

function nameOf({ name }: Party): Name {
  const value = new AttributeValue({ utf8String: name });
  return new Name([
    new RelativeDistinguishedName([new AttributeTypeAndValue({ type: commonName, value })]),
  ]);
}

function extension(extnID: string, value: unknown, critical?: 'critical'): Extension {
  return new Extension({
    extnID,
    critical: critical !== undefined,
    extnValue: new OctetString(AsnConvert.serialize(value)),
  });
}

function bytes(buffer: Buffer): ArrayBuffer {
  return new Uint8Array(buffer).buffer;
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
