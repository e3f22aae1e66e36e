/**
 * What Keystone knows: projects, users, roles, who has which role where, application credentials and the
 * tokens that were given out. It decides who a caller is; what a caller may do is each service's matter.
 */
import type { Random, World } from '../../world.ts';
import { compareSeries, type OpenStackSeries } from '../../../series.ts';
import { Table } from '../table.ts';

/** Who asks. */
export interface Caller {
  readonly userId: string;
  readonly projectId: string;
  readonly roles: readonly string[];
  readonly isAdmin: boolean;
}

/** The caller of a path that needs no token. */
export const nobody: Caller = { userId: '', projectId: '', roles: [], isAdmin: false };

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly domain_id: string;
  readonly parent_id: string;
  readonly enabled: boolean;
  readonly is_domain: boolean;
  readonly tags: readonly string[];
  readonly options: object;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly domain_id: string;
  readonly enabled: boolean;
  readonly default_project_id?: string;
  readonly description?: string;
  readonly email?: string;
  readonly password: string;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly domain_id: null;
  readonly description: string | null;
  readonly options: object;
}

export interface ApplicationCredential {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly user_id: string;
  readonly project_id: string;
  readonly roles: readonly string[];
  readonly unrestricted: boolean;
  readonly expires_at: string | null;
  readonly secret: string;
}

/** A token that was given out. */
export interface Token {
  readonly id: string;
  readonly userId: string;
  /** Absent for a token without a scope. */
  readonly projectId?: string;
  readonly roles: readonly string[];
  readonly methods: readonly string[];
  readonly issuedAt: Date;
  readonly expiresAt: Date;
  readonly auditId: string;
  readonly credential?: ApplicationCredential;
}

const impliedRoles: Readonly<Record<string, readonly string[]>> = {
  admin: ['manager', 'member', 'reader'],
  manager: ['member', 'reader'],
  member: ['reader'],
};

/** The roles of "keystone-manage bootstrap" which nobody can change, each since a series. */
const fixedRoles: readonly (readonly [name: string, since: OpenStackSeries])[] = [
  ['admin', 'ussuri'],
  ['member', 'ussuri'],
  ['reader', 'ussuri'],
  ['manager', '2023.2'],
  ['service', '2023.1'],
];

/** Projects, users, roles and tokens of one cloud. */
export class Identities {
  readonly projects = new Table<Project>(ignore);
  readonly users = new Table<User>(ignore);
  readonly roles = new Table<Role>(ignore);
  readonly credentials = new Table<ApplicationCredential>(ignore);
  readonly #tokens = new Map<string, Token>();
  readonly #grants = new Set<string>();
  readonly #random: Random;
  readonly #tokenMs: number;
  readonly #fixedRoles: readonly string[];

  constructor(world: World, tokenMs: number) {
    this.#fixedRoles = fixedRoles
      .filter(([, since]) => compareSeries(world.axes.series, since) >= 0)
      .map(([name]) => name);
    this.#random = world.random('openstack/identities');
    this.#tokenMs = tokenMs;
  }

  newId(): string {
    return this.#random.hex(32);
  }

  newSecret(): string {
    return this.#random.hex(40);
  }

  addProject(name: string, fields: Partial<Project> = {}): Project {
    return this.projects.insert({
      id: this.newId(),
      name,
      description: '',
      domain_id: 'default',
      parent_id: 'default',
      enabled: true,
      is_domain: false,
      tags: [],
      options: {},
      ...fields,
    });
  }

  addUser(name: string, fields: Partial<User> = {}): User {
    return this.users.insert({
      id: this.newId(),
      name,
      domain_id: 'default',
      enabled: true,
      password: this.newSecret(),
      ...fields,
    });
  }

  roleNamed(name: string): Role {
    return (
      this.roles.all().find((role) => role.name === name) ??
      this.roles.insert({
        id: this.newId(),
        name,
        domain_id: null,
        description: null,
        options: this.#fixedRoles.includes(name) ? { immutable: true } : {},
      })
    );
  }

  grant(projectId: string, userId: string, roleId: string): void {
    this.#grants.add(`${projectId}/${userId}/${roleId}`);
  }

  revoke(projectId: string, userId: string, roleId: string): boolean {
    return this.#grants.delete(`${projectId}/${userId}/${roleId}`);
  }

  /** Every assignment, as [project, user, role]. */
  assignments(): readonly { projectId: string; userId: string; roleId: string }[] {
    return [...this.#grants].map((grant) => {
      const [projectId = '', userId = '', roleId = ''] = grant.split('/');
      return { projectId, userId, roleId };
    });
  }

  /** The names of the roles of a user in a project, with those they imply. */
  rolesOf(userId: string, projectId: string): string[] {
    const own = this.roles
      .all()
      .filter(({ id }) => this.#grants.has(`${projectId}/${userId}/${id}`))
      .map(({ name }) => name);
    return [...new Set(own.flatMap((name) => [name, ...(impliedRoles[name] ?? [])]))];
  }

  issue(token: Pick<Token, 'userId' | 'projectId' | 'roles' | 'methods' | 'credential'>): Token {
    const issuedAt = new Date();
    const issued: Token = {
      ...token,
      id: `gAAAAAB${this.#random.hex(160)}`,
      issuedAt,
      expiresAt: new Date(issuedAt.getTime() + this.#tokenMs),
      auditId: this.#random.hex(22),
    };
    this.#tokens.set(issued.id, issued);
    return issued;
  }

  /** A token that is still good. */
  token(id: unknown): Token | undefined {
    const token = typeof id === 'string' ? this.#tokens.get(id) : undefined;
    return token !== undefined && token.expiresAt.getTime() > Date.now() ? token : undefined;
  }

  forget(tokenId: string): void {
    this.#tokens.delete(tokenId);
  }

  /** Makes every token worthless, as a rotation of Keystone's keys does. */
  forgetAllTokens(): void {
    this.#tokens.clear();
  }

  /** Who sent a token; undefined when it is none or has ended. */
  callerOf(tokenId: unknown): Caller | undefined {
    const token = this.token(tokenId);
    if (token === undefined) return undefined;
    return {
      userId: token.userId,
      projectId: token.projectId ?? '',
      roles: token.roles,
      isAdmin: token.roles.includes('admin'),
    };
  }
}

function ignore(): void {
  // The data plane knows nothing of identities.
}
