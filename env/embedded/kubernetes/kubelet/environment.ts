/**
 * The environment of containers: their own variables, those of services, and what refers to others.
 */
import type { Api } from '../api/verbs.ts';
import type { Container, Pod, Service } from '../objects.ts';
import { fieldOf, MissingReference, textsOf } from './downward.ts';
import { hostnameOf } from './resolver.ts';

type Variables = Record<string, string>;
type EnvVar = NonNullable<Container['env']>[number];

/** The environment of a container. */
export function environmentOf(api: Api, pod: Pod, container: Container): Variables {
  const env: Variables = { HOSTNAME: hostnameOf(pod), ...serviceVariables(api, pod) };
  for (const source of container.envFrom ?? []) Object.assign(env, wholeSource(api, pod, source));
  for (const variable of container.env ?? []) {
    const value = valueOf(api, pod, variable);
    if (value !== undefined) env[variable.name] = expanded(value, env);
  }
  return env;
}

type EnvSource = NonNullable<Container['envFrom']>[number];

function wholeSource(api: Api, pod: Pod, source: EnvSource): Variables {
  const { prefix = '', configMapRef, secretRef } = source;
  const { name = '', optional = false } = configMapRef ?? secretRef ?? {};
  const kind = configMapRef === undefined ? 'Secret' : 'ConfigMap';
  const { namespace = '' } = pod.metadata;
  const texts = textsOf(api, kind, { namespace, name, isOptional: optional });
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [`${prefix}${key}`, text]));
}

/** Puts values in the place of "$(NAME)"; "$$" stands for a dollar sign. */
export function expanded(text: string, env: Readonly<Variables>): string {
  return text.replace(/\$(\$|\(([^()]+)\))/g, (whole, first: string, name?: string) =>
    first === '$' ? '$' : (env[name ?? ''] ?? whole),
  );
}

function valueOf(api: Api, pod: Pod, { value, valueFrom }: EnvVar): string | undefined {
  const { fieldRef, configMapKeyRef, secretKeyRef } = valueFrom ?? {};
  if (fieldRef !== undefined) return fieldOf(pod, fieldRef.fieldPath);
  if (configMapKeyRef !== undefined) return keyOf(api, pod, ['ConfigMap', configMapKeyRef]);
  if (secretKeyRef !== undefined) return keyOf(api, pod, ['Secret', secretKeyRef]);
  return valueFrom === undefined ? (value ?? '') : undefined;
}

interface KeyRef {
  readonly name?: string;
  readonly key: string;
  readonly optional?: boolean;
}

function keyOf(
  api: Api,
  pod: Pod,
  [kind, { name = '', key, optional }]: ['ConfigMap' | 'Secret', KeyRef],
): string | undefined {
  const namespace = pod.metadata.namespace ?? '';
  const isOptional = optional === true;
  const text = textsOf(api, kind, { namespace, name, isOptional })[key];
  if (text === undefined && !isOptional) {
    throw new MissingReference(`couldn't find key ${key} in ${kind} ${namespace}/${name}`);
  }
  return text;
}

/** Pods are told of the API, and of the services of their namespace unless they do not want it. */
function serviceVariables(api: Api, pod: Pod): Variables {
  const kind = api.kind('v1', 'Service');
  const { namespace } = pod.metadata;
  const own = pod.spec.enableServiceLinks === false ? [] : api.list(kind, namespace);
  const kubernetes = api.find(kind, { namespace: 'default', name: 'kubernetes' });
  const services = [...own, ...(kubernetes === undefined ? [] : [kubernetes])] as Service[];
  return Object.assign({}, ...services.map(variablesOf)) as Variables;
}

function variablesOf({ metadata, spec }: Service): Variables {
  const { clusterIP = '', ports = [] } = spec;
  const [first] = ports;
  if (clusterIP === '' || clusterIP === 'None' || first === undefined) return {};
  const word = metadata.name.toUpperCase().replace(/-/g, '_');
  const named = ports
    .filter(({ name }) => name !== undefined)
    .map(({ name = '', port }) => [
      `${word}_SERVICE_PORT_${name.toUpperCase().replace(/-/g, '_')}`,
      String(port),
    ]);
  const links = ports.flatMap(({ port, protocol = 'TCP' }) => {
    const link = `${word}_PORT_${port}_${protocol}`;
    const scheme = protocol.toLowerCase();
    return [
      [link, `${scheme}://${clusterIP}:${port}`],
      [`${link}_PROTO`, scheme],
      [`${link}_PORT`, String(port)],
      [`${link}_ADDR`, clusterIP],
    ];
  });
  return {
    [`${word}_SERVICE_HOST`]: clusterIP,
    [`${word}_SERVICE_PORT`]: String(first.port),
    [`${word}_PORT`]: `${(first.protocol ?? 'TCP').toLowerCase()}://${clusterIP}:${first.port}`,
    ...(Object.fromEntries([...named, ...links]) as Variables),
  };
}
