import bwipjs from 'bwip-js/node';

/** A row of bars and spaces or a square of cells, in modules: the narrowest bar, the smallest cell. */
export interface Barcode {
  readonly width: number;
  readonly height: number;
  /** Black from `x` on, `width` modules wide. */
  readonly runs: readonly { readonly x: number; readonly y: number; readonly width: number }[];
}

/** What must stay white at each side for a reader to find it, in modules. */
export const quietModules = { code128: 10, qr: 4 };

export function code128(text: string): Barcode {
  const [symbol] = bwipjs.raw({ bcid: 'code128', text });
  if (!symbol || !('sbs' in symbol)) throw new Error('The library gave no bars.');
  const runs: { x: number; y: number; width: number }[] = [];
  let x = 0;
  for (const [index, width] of symbol.sbs.entries()) {
    // Bars and spaces in turn, a bar first.
    if (index % 2 === 0) runs.push({ x, y: 0, width });
    x += width;
  }
  return { width: x, height: 1, runs };
}

export function qrCode(text: string): Barcode {
  const [symbol] = bwipjs.raw({ bcid: 'qrcode', text, eclevel: 'M' } as Parameters<typeof bwipjs.raw>[0]);
  if (!symbol || !('pixs' in symbol)) throw new Error('The library gave no cells.');
  const { pixs, pixx: width, pixy: height } = symbol;
  const runs: { x: number; y: number; width: number }[] = [];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const start = x;
      while (x < width && pixs[y * width + x] === 1) x += 1;
      if (x > start) runs.push({ x: start, y, width: x - start });
    }
  }
  return { width, height, runs };
}
