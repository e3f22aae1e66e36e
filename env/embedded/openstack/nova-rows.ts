/**
 * The rows of Nova: servers, of which the cloud itself makes only amphorae.
 */

export interface Server {
  readonly id: string;
  readonly name: string;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly status: 'ACTIVE' | 'BUILD' | 'ERROR' | 'DELETED';
  readonly host: string;
  readonly created: string;
  /** The address on the first network, by the network's name. */
  readonly networkName: string;
  readonly address: string;
  readonly mac: string;
  readonly ramMb: number;
  readonly vcpus: number;
}
