import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Where the server's certificate, with those between it and the authority, and its private key lie, in PEM. */
export interface TlsFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Reads both, and throws what is wrong with them: a key of another certificate, or what is no PEM. */
export function readTlsFiles({ certificateFile, keyFile }: TlsFiles): { cert: Buffer; key: Buffer } {
  const cert = readOne(certificateFile, 'the certificate');
  const key = readOne(keyFile, 'the key');
  const certificate = parse('the certificate', () => new X509Certificate(cert));
  const privateKey = parse('the key', () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) throw new Error('the key is not that of the certificate');
  return { cert, key };
}

function readOne(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Error(`${what} cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}

function parse<Result>(what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new Error(`${what} is no PEM of one`, { cause: error });
  }
}
