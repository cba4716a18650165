import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

const textFrame = 0x1;
const closeFrame = 0x8;
const pingFrame = 0x9;

export interface RawSocketHandlers {
  /** The bytes of one message, which are reused afterwards. */
  readonly onMessage: (message: Buffer) => void;
  readonly onClose: (code: number | null) => void;
}

/**
 * A WebSocket client with next to no work of its own, so that a thousand of them in one process are not what is
 * measured. It knows what our server sends: unmasked frames of one message each.
 */
export class RawSocket {
  private rest: Buffer = Buffer.alloc(0);
  private closeCode: number | null = null;

  private constructor(
    private readonly socket: Socket,
    private readonly handlers: RawSocketHandlers,
  ) {}

  static open(url: string, handlers: RawSocketHandlers): Promise<RawSocket> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname);
      socket.once('error', reject);
      socket.write(
        [
          'GET /graphql HTTP/1.1',
          `Host: ${hostname}:${port}`,
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Protocol: graphql-transport-ws',
          `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
          '\r\n',
        ].join('\r\n'),
      );
      let head = '';
      const readHead = (chunk: Buffer): void => {
        head += chunk.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end === -1) return;
        socket.off('data', readHead).off('error', reject);
        if (!head.startsWith('HTTP/1.1 101')) return reject(new Error(head.slice(0, 200)));
        const raw = new RawSocket(socket, handlers);
        raw.listen(Buffer.from(head.slice(end + 4), 'latin1'));
        resolve(raw);
      };
      socket.on('data', readHead);
    });
  }

  private listen(first: Buffer): void {
    this.socket.setNoDelay(true);
    this.socket.on('data', (chunk) => this.read(chunk));
    this.socket.on('error', () => {});
    this.socket.on('close', () => this.handlers.onClose(this.closeCode));
    if (first.length > 0) this.read(first);
  }

  private read(chunk: Buffer): void {
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    let at = 0;
    for (;;) {
      const frame = frameAt(bytes, at);
      if (!frame) break;
      this.take(frame.kind, bytes.subarray(frame.from, frame.to));
      at = frame.to;
    }
    // A copy: what is left of a large chunk would keep all of it.
    this.rest = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
  }

  private take(kind: number, payload: Buffer): void {
    if (kind === textFrame) return this.handlers.onMessage(payload);
    if (kind === pingFrame) return this.write(0xa, payload);
    if (kind === closeFrame && payload.length >= 2) this.closeCode = payload.readUInt16BE(0);
  }

  send(message: object): void {
    this.write(textFrame, Buffer.from(JSON.stringify(message)));
  }

  /** Clients mask what they send; with zeros that leaves it as it is. */
  private write(kind: number, payload: Buffer): void {
    const { length } = payload;
    const size = length < 126 ? Buffer.from([0x80 | length]) : Buffer.from([0xfe, length >> 8, length & 255]);
    this.socket.write(Buffer.concat([Buffer.from([0x80 | kind]), size, Buffer.alloc(4), payload]));
  }

  stopReading(): void {
    this.socket.pause();
  }

  readAgain(): void {
    this.socket.resume();
  }

  end(): void {
    this.socket.destroy();
  }
}

/** The whole frame at this place, if all of it has come. */
function frameAt(bytes: Buffer, at: number): { kind: number; from: number; to: number } | undefined {
  if (bytes.length < at + 2) return undefined;
  const short = bytes[at + 1]! & 127;
  const from = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
  if (bytes.length < from) return undefined;
  let length = short;
  if (short === 126) length = bytes.readUInt16BE(at + 2);
  if (short === 127) length = Number(bytes.readBigUInt64BE(at + 2));
  const to = from + length;
  return bytes.length < to ? undefined : { kind: bytes[at]! & 15, from, to };
}
