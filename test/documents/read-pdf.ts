import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';

const areThere = ['pdftotext', 'pdftoppm', 'pdfinfo', 'zbarimg'].every((program) => {
  try {
    execFileSync('which', [program], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/** Tests that look at a PDF as a reader shows it: with poppler-utils and zbar-tools, which `.ci/run` installs. */
export const describeWithPdfTools = describe.skipIf(!areThere && process.env['REQUIRE_PDF_TOOLS'] !== '1');

/** The text of each page, in its places. */
export function textOf(pdf: Buffer): string[] {
  const text = withFile(pdf, (path) =>
    execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' }),
  );
  return text.split('\f').slice(0, -1);
}

/** Width and height of the first page in millimetres. */
export function sizeOf(pdf: Buffer): [number, number] {
  const info = withFile(pdf, (path) => execFileSync('pdfinfo', [path], { encoding: 'utf8' }));
  const [, width, height] = /Page size:\s+([\d.]+) x ([\d.]+)/.exec(info)!;
  return [Math.round((Number(width) / 72) * 25.4), Math.round((Number(height) / 72) * 25.4)];
}

/** What a scanner reads from each page as an office printer prints it, sorted. */
export function codesOf(pdf: Buffer): string[] {
  return withFile(pdf, (path, folder) => {
    execFileSync('pdftoppm', ['-r', '203', '-gray', '-png', path, join(folder, 'page')]);
    const pages = readdirSync(folder).filter((name) => name.endsWith('.png'));
    const read = execFileSync('zbarimg', ['-q', ...pages.map((name) => join(folder, name))], {
      encoding: 'utf8',
      // It complains of a desktop that is not there.
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return read.trim().split('\n').sort();
  });
}

function withFile<Result>(pdf: Buffer, work: (path: string, folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'papers-'));
  try {
    const path = join(folder, 'paper.pdf');
    writeFileSync(path, pdf);
    return work(path, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
