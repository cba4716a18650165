export interface ParsedMail {
  /** By their names in lower case, decoded; every occurrence. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly text: string;
}

const quotedPrintable = (text: string): string =>
  Buffer.from(
    text
      .replace(/=\r?\n/g, '')
      .replace(/=([\dA-F]{2})/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8');

/** The words of RFC 2047, such as `=?UTF-8?Q?f=C3=BCr?=`. */
function decodeWords(value: string): string {
  const joined = value.replace(/\?=\s+=\?/g, '?==?');
  return joined.replace(/=\?UTF-8\?([QB])\?(.*?)\?=/g, (_whole, kind: string, text: string) =>
    kind === 'B' ? Buffer.from(text, 'base64').toString('utf8') : quotedPrintable(text.replaceAll('_', ' ')),
  );
}

/** As much of a mail reader as a message of one plain text needs. */
export function parseMail(raw: string): ParsedMail {
  const end = /\r?\n\r?\n/.exec(raw)!;
  const head = raw.slice(0, end.index).replace(/\r?\n[ \t]+/g, ' ');
  const headers: Record<string, string[]> = {};
  for (const line of head.split(/\r?\n/)) {
    const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(line)!;
    (headers[name!.toLowerCase()] ??= []).push(decodeWords(value!));
  }
  const body = raw.slice(end.index + end[0].length);
  const encoding = headers['content-transfer-encoding']?.[0];
  const decoded =
    encoding === 'base64'
      ? Buffer.from(body, 'base64').toString('utf8')
      : encoding === 'quoted-printable'
        ? quotedPrintable(body)
        : body;
  return { headers, text: decoded.replaceAll('\r\n', '\n') };
}
