import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { readTlsFiles, type TlsFiles } from './shared/tls-files.ts';

/** The names that Fastify knows for ranges of private networks. */
const namedRanges = ['loopback', 'linklocal', 'uniquelocal'];

/** How clients reach this server: directly or through balancers, plain or over TLS. */
export const transportVariables = {
  TRUST_PROXY: z
    .string()
    .transform((text) => text.split(',').map((address) => address.trim()))
    .refine(
      (addresses) => addresses.every((address) => namedRanges.includes(address) || isRange(address)),
      'must be addresses or ranges of balancers such as 10.0.0.7,10.1.0.0/16, with commas',
    )
    .optional(),
  TLS_CERTIFICATE_FILE: z.string().min(1).optional(),
  TLS_KEY_FILE: z.string().min(1).optional(),
};

function isRange(text: string): boolean {
  const [address, length, ...more] = text.split('/');
  const family = isIP(address!);
  if (family === 0 || more.length > 0) return false;
  if (length === undefined) return true;
  try {
    new BlockList().addSubnet(
      address!,
      /^\d+$/.test(length) ? Number(length) : -1,
      family === 6 ? 'ipv6' : 'ipv4',
    );
    // The whole internet is no balancer: anybody could then say where they come from.
    return Number(length) > 0;
  } catch {
    return false;
  }
}

/** Undefined: plain HTTP, as behind a balancer that ends TLS. */
export function tlsFiles(values: {
  readonly TLS_CERTIFICATE_FILE?: string | undefined;
  readonly TLS_KEY_FILE?: string | undefined;
}): TlsFiles | undefined {
  const { TLS_CERTIFICATE_FILE: certificateFile, TLS_KEY_FILE: keyFile } = values;
  if (certificateFile === undefined && keyFile === undefined) return undefined;
  if (certificateFile === undefined)
    throw new ConfigError(['TLS_CERTIFICATE_FILE: needed with TLS_KEY_FILE']);
  if (keyFile === undefined) throw new ConfigError(['TLS_KEY_FILE: needed with TLS_CERTIFICATE_FILE']);
  const files = { certificateFile, keyFile };
  try {
    readTlsFiles(files);
  } catch (error) {
    throw new ConfigError([`TLS_CERTIFICATE_FILE, TLS_KEY_FILE: ${(error as Error).message}`]);
  }
  return files;
}
