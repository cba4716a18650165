import type { Server } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { readTlsFiles, type TlsFiles } from './shared/tls-files.ts';
import { watchFiles } from './shared/watched-file.ts';

/** As Fastify takes it: null for plain HTTP. */
export function tlsOptions(files: TlsFiles | undefined) {
  return files ? { ...readTlsFiles(files), minVersion: 'TLSv1.2' as const } : null;
}

/**
 * Takes a new certificate into use when the files change, for whoever connects from then on; who is connected stays.
 * The two files change one after the other: what does not fit together yet is left, and looked at again with the next
 * change.
 */
export function followTlsFiles(server: FastifyInstance, files: TlsFiles, log: Logger): void {
  const endWatch = watchFiles([files.certificateFile, files.keyFile], () => {
    try {
      (server.server as unknown as Server).setSecureContext(tlsOptions(files)!);
      log.info('the certificate was read again');
    } catch (error) {
      log.error(
        { reason: (error as Error).message },
        'TLS_CERTIFICATE_FILE and TLS_KEY_FILE are not right; the certificate of before stays in use',
      );
    }
  });
  server.addHook('onClose', async () => endWatch());
}
