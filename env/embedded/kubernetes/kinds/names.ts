/**
 * What Kubernetes takes as names, labels and other marks of objects, and the words in which it refuses.
 */
import type { KubeObject } from '../objects.ts';
import type { Problems } from '../status.ts';

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const label1123 = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const label1035 = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const qualified = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const label1123Text =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character " +
  "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const label1035Text =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character " +
  "(e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const labelValueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const qualifiedText =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

interface NameForm {
  readonly form: RegExp;
  readonly text: string;
  readonly longest: number;
}

const forms: Readonly<Record<'subdomain' | 'label' | 'label1035' | 'path', NameForm>> = {
  subdomain: { form: subdomain, text: subdomainText, longest: 253 },
  label: { form: label1123, text: label1123Text, longest: 63 },
  label1035: { form: label1035, text: label1035Text, longest: 63 },
  path: { form: /^(?!\.{1,2}$)[^/%]+$/, text: "may not contain '/' or '%'", longest: 253 },
};

/** The form in which names of a kind come. */
export type NameRule = keyof typeof forms;

/** Looks whether a text is a name of the given form. */
export function checkName(
  problems: Problems,
  field: string,
  { value, rule }: { readonly value: string; readonly rule: NameRule },
): void {
  const { form, text, longest } = forms[rule];
  if (value.length > longest) {
    problems.invalid(field, value, `must be no more than ${longest} characters`);
  }
  if (!form.test(value)) problems.invalid(field, value, text);
}

/** Tells whether a text is a DNS label. */
export function isLabelName(text: string): boolean {
  return text.length <= 63 && label1123.test(text);
}

/** What is to go takes no new finalizers. Two layers of the server look at that, so it is told twice. */
export function checkFinalizers(
  problems: Problems,
  { metadata }: KubeObject,
  current: KubeObject,
): void {
  if (current.metadata.deletionTimestamp === undefined) return;
  const held = current.metadata.finalizers ?? [];
  const late = (metadata.finalizers ?? []).filter((one) => !held.includes(one));
  if (late.length === 0) return;
  const list = late.map((one) => JSON.stringify(one)).join(', ');
  const said = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`;
  problems.forbidden('metadata.finalizers', said);
  problems.forbidden('metadata.finalizers', said);
}

/** Looks at name, labels, annotations and owners. */
export function checkMetadata(problems: Problems, object: KubeObject, rule: NameRule): void {
  const { metadata } = object;
  if (metadata.name === '') {
    problems.required('metadata.name', 'name or generateName is required');
  } else {
    checkName(problems, 'metadata.name', { value: metadata.name, rule });
  }
  checkLabels(problems, 'metadata.labels', metadata.labels);
  for (const key of Object.keys(metadata.annotations ?? {})) {
    checkKey(problems, 'metadata.annotations', key.toLowerCase());
  }
  for (const [index, owner] of (metadata.ownerReferences ?? []).entries()) {
    const field = `metadata.ownerReferences[${index}]`;
    for (const part of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if ((owner[part] as string | undefined) === undefined || owner[part] === '') {
        problems.invalid(`${field}.${part}`, owner[part], `${part} must not be empty`);
      }
    }
  }
}

/** Looks at labels, or at the equalities of a selector. */
export function checkLabels(
  problems: Problems,
  field: string,
  labels: Readonly<Record<string, string>> | undefined,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    checkKey(problems, field, key);
    if (value.length > 63) {
      problems.invalid(field, value, 'must be no more than 63 characters');
    } else if (!labelValue.test(value)) {
      problems.invalid(field, value, labelValueText);
    }
  }
}

function checkKey(problems: Problems, field: string, key: string): void {
  const [first = '', second, ...more] = key.split('/');
  const name = second ?? first;
  if (more.length > 0) {
    problems.invalid(field, key, 'a qualified name must have at most one prefix');
  }
  if (name.length > 63) {
    problems.invalid(field, key, 'name part must be no more than 63 characters');
  }
  if (!qualified.test(name)) problems.invalid(field, key, qualifiedText);
  if (second !== undefined && !subdomain.test(first)) {
    problems.invalid(field, key, `prefix part ${subdomainText}`);
  }
}
