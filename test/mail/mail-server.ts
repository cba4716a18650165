import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { parseMail, type ParsedMail } from './parse.ts';

export interface ReceivedMail extends ParsedMail {
  readonly to: readonly string[];
}

export interface MailServer {
  readonly url: string;
  readonly port: number;
  readonly received: ReceivedMail[];
  /** Recipients that somebody has tried, refused ones included. */
  readonly tried: string[];
  stop(): Promise<void>;
}

export interface MailServerOptions {
  readonly port?: number;
  /** The code with which a recipient is refused. */
  readonly refuse?: (address: string) => number | undefined;
  /** Called when a message has come in, before it is acknowledged. */
  readonly beforeAcknowledging?: () => Promise<void>;
}

const refusal = (responseCode: number, message: string) =>
  Object.assign(new Error(message), { responseCode });

/** A real mail server that keeps what it gets. */
export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const tried: string[] = [];
  const acknowledge = async (done: () => void): Promise<void> => {
    await options.beforeAcknowledging?.();
    done();
  };
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      tried.push(address);
      const code = options.refuse?.(address);
      done(code === undefined ? undefined : refusal(code, `<${address}> is not known here`));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        received.push({ to, ...parseMail(Buffer.concat(chunks).toString('utf8')) });
        void acknowledge(done);
      });
    },
  });
  server.on('error', () => {});
  const listening = once(server.server, 'listening');
  server.listen(options.port ?? 0, '127.0.0.1');
  await listening;
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    received,
    tried,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
