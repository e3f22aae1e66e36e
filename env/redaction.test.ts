import { inspect } from 'node:util';
import { expect, test } from '@playwright/test';
import { redact, redactJson, remember, Secret } from './redaction.ts';

test.describe('a secret', () => {
  test('is hidden in every printed form and revealed on request only', () => {
    const secret = new Secret('correct-horse-battery');

    expect(String(secret)).toBe('[redacted]');
    expect(inspect({ secret })).toBe('{ secret: [redacted] }');
    expect(JSON.stringify({ secret })).toBe('{"secret":"[redacted]"}');
    expect(secret.reveal()).toBe('correct-horse-battery');
    expect(redact('it is correct-horse-battery, they say')).toBe('it is [redacted], they say');
  });

  test('that is part of another one leaves no rest of it', () => {
    remember('staple');
    remember('staple-and-more');

    expect(redact('staple-and-more staple')).toBe('[redacted] [redacted]');
  });
});

test.describe('the filter for texts', () => {
  const cases = [
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [redacted]'],
    ['X-Auth-Token: 0123456789', 'X-Auth-Token: [redacted]'],
    ['password: hunter22 and more', 'password: [redacted] and more'],
    ['{"adminPass": 1, "password": "hunter22"}', '{"adminPass": 1, "password": "[redacted]"}'],
    ['application_credential_secret: s3cr3t', 'application_credential_secret: [redacted]'],
    [
      'mysql+pymysql://neutron:hunter22@127.0.0.1/neutron',
      'mysql+pymysql://neutron:[redacted]@127.0.0.1/neutron',
    ],
    ['client-key-data: LS0tLS1CRUdJTg==', 'client-key-data: [redacted]'],
    [`token gAAAA${'A'.repeat(60)} ends`, 'token [redacted] ends'],
    ['-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nrest', '[redacted]\nrest'],
    ['-----BEGIN EC PRIVATE KEY-----\nMIIE cut off', '[redacted]'],
  ] as const;

  for (const [text, clean] of cases) {
    test(`cleans ${text.slice(0, 30).replace(/\s/g, ' ')}`, () => {
      expect(redact(text)).toBe(clean);
    });
  }

  test('leaves ordinary words alone', () => {
    const text =
      'Service account tokens are mounted; the secret of a good pod is its port. https://a.b/c:d';

    expect(redact(text)).toBe(text);
  });

  test('leaves the lines below an empty key alone', () => {
    const text = 'imagePullSecrets:\n  - name: registry\npassword:\n  from: file\n';

    expect(redact(text)).toBe(text);
  });

  test('reaches into JSON', () => {
    expect(redactJson({ auth: { password: 'hunter22' } })).toContain('"password": "[redacted]"');
  });
});
