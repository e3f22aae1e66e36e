/**
 * The common mistakes in pod specifications.
 */
import type { Container, PodSpec, Probe } from '../objects.ts';
import type { Problems } from '../status.ts';
import { checkLabels, checkName, isLabelName } from './names.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const protocols = ['TCP', 'UDP', 'SCTP'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];

const isOneOf = (list: readonly string[], value: string | undefined): boolean =>
  value === undefined || list.includes(value);

/** Looks at a pod specification, of a pod or of a template. */
export function checkPodSpec(spec: PodSpec, at: string, problems: Problems): void {
  checkPolicies(spec, at, problems);
  checkVolumes(spec, at, problems);
  const containers = spec.containers as PodSpec['containers'] | undefined;
  if ((containers ?? []).length === 0) problems.required(`${at}.containers`);
  const volumes = new Set((spec.volumes ?? []).map(({ name }) => name));
  const names = new Set<string>();
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      const field = `${at}.${list}[${index}]`;
      checkContainer(container, field, problems);
      checkMounts(container, { field, volumes }, problems);
      if (names.has(container.name)) problems.duplicate(`${field}.name`, container.name);
      names.add(container.name);
    }
  }
  checkLabels(problems, `${at}.nodeSelector`, spec.nodeSelector);
}

function checkPolicies(spec: PodSpec, at: string, problems: Problems): void {
  if (!isOneOf(restartPolicies, spec.restartPolicy)) {
    problems.unsupported(`${at}.restartPolicy`, spec.restartPolicy, restartPolicies);
  }
  if (!isOneOf(dnsPolicies, spec.dnsPolicy)) {
    problems.unsupported(`${at}.dnsPolicy`, spec.dnsPolicy, dnsPolicies);
  }
  const servers = spec.dnsConfig?.nameservers ?? [];
  if (spec.dnsPolicy === 'None' && servers.length === 0) {
    const text = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    problems.required(`${at}.dnsConfig.nameservers`, text);
  }
  if (servers.length > 3) {
    problems.invalid(
      `${at}.dnsConfig.nameservers`,
      servers,
      'must not have more than 3 nameservers',
    );
  }
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    const text = 'must be greater than or equal to 0';
    problems.invalid(
      `${at}.terminationGracePeriodSeconds`,
      spec.terminationGracePeriodSeconds,
      text,
    );
  }
}

function checkVolumes(spec: PodSpec, at: string, problems: Problems): void {
  const names = new Set<string>();
  for (const [index, volume] of (spec.volumes ?? []).entries()) {
    const field = `${at}.volumes[${index}]`;
    checkName(problems, `${field}.name`, { value: volume.name, rule: 'label' });
    if (names.has(volume.name)) problems.duplicate(`${field}.name`, volume.name);
    names.add(volume.name);
    if (volume.configMap !== undefined && (volume.configMap.name ?? '') === '') {
      problems.required(`${field}.configMap.name`);
    }
    if (volume.secret !== undefined && (volume.secret.secretName ?? '') === '') {
      problems.required(`${field}.secret.secretName`);
    }
  }
}

function checkContainer(container: Container, field: string, problems: Problems): void {
  const { name = '', image = '', env = [] } = container as Partial<Container>;
  if (name === '') problems.required(`${field}.name`);
  else checkName(problems, `${field}.name`, { value: name, rule: 'label' });
  if (image === '') problems.required(`${field}.image`);
  if (!isOneOf(pullPolicies, container.imagePullPolicy)) {
    problems.unsupported(`${field}.imagePullPolicy`, container.imagePullPolicy, pullPolicies);
  }
  checkPorts(container, field, problems);
  for (const [index, variable] of env.entries()) {
    if (((variable.name as string | undefined) ?? '') === '') {
      problems.required(`${field}.env[${index}].name`);
    }
  }
  checkProbe(container.livenessProbe, `${field}.livenessProbe`, problems);
  checkProbe(container.readinessProbe, `${field}.readinessProbe`, problems);
  checkOneSuccess(container.livenessProbe, `${field}.livenessProbe`, problems);
}

function checkOneSuccess(probe: Probe | undefined, field: string, problems: Problems): void {
  const successes = probe?.successThreshold ?? 1;
  if (successes !== 1) problems.invalid(`${field}.successThreshold`, successes, 'must be 1');
}

function checkPorts(container: Container, field: string, problems: Problems): void {
  const names = new Set<string>();
  for (const [index, port] of (container.ports ?? []).entries()) {
    const at = `${field}.ports[${index}]`;
    if (!isPort(port.containerPort)) {
      problems.invalid(`${at}.containerPort`, port.containerPort, portText);
    }
    if (!isOneOf(protocols, port.protocol)) {
      problems.unsupported(`${at}.protocol`, port.protocol, protocols);
    }
    if (port.name !== undefined) {
      if (!isPortName(port.name)) problems.invalid(`${at}.name`, port.name, portNameText);
      if (names.has(port.name)) problems.duplicate(`${at}.name`, port.name);
      names.add(port.name);
    }
  }
}

function checkMounts(
  container: Container,
  { field, volumes }: { readonly field: string; readonly volumes: ReadonlySet<string> },
  problems: Problems,
): void {
  const paths = new Set<string>();
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const at = `${field}.volumeMounts[${index}]`;
    if (!volumes.has(mount.name)) {
      // The words of validation.go: the name of the missing volume is the bad value.
      problems.causes.push({
        field: `${at}.name`,
        reason: 'FieldValueNotFound',
        message: `Not found: ${JSON.stringify(mount.name)}`,
      });
    }
    if (paths.has(mount.mountPath)) {
      problems.invalid(`${at}.mountPath`, mount.mountPath, 'must be unique');
    }
    paths.add(mount.mountPath);
  }
}

function checkProbe(probe: Probe | undefined, field: string, problems: Problems): void {
  if (probe === undefined) return;
  const ways = [probe.exec, probe.httpGet, probe.tcpSocket, probe.grpc];
  const count = ways.filter((way) => way !== undefined).length;
  if (count === 0) problems.required(field, 'must specify a handler type');
  if (count > 1) problems.forbidden(field, 'may not specify more than 1 handler type');
  for (const part of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds'] as const) {
    const value = probe[part] ?? 0;
    if (value < 0) {
      problems.invalid(`${field}.${part}`, value, 'must be greater than or equal to 0');
    }
  }
}

const portText = 'must be between 1 and 65535, inclusive';
const portNameText =
  'must contain only alphanumeric characters (a-z, 0-9), and hyphens, at most 15 of them, and at least one letter';

/** Tells whether a number is a port's. */
export function isPort(port: unknown): boolean {
  return Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;
}

/** Tells whether a text may name a container's port. */
export function isPortName(name: string): boolean {
  return name.length <= 15 && isLabelName(name) && /[a-z]/.test(name) && !name.includes('--');
}
