import { nothing } from './leaf-writer.ts';
import type { Column, Frame } from './run-plan.ts';

/** So many characters are turned into bytes at a time: it costs more to join all, and more to turn each. */
const partCharacters = 16_384;

/** Writes what was read as the body of an answer. It throws where a value is not of its type. */
export function writeAnswer(root: Frame): Buffer {
  const writer = new Writer();
  writer.object(root, 0);
  return writer.end();
}

class Writer {
  private text = '{"data":';
  private readonly parts: Buffer[] = [];
  /** What is written now is written into another text, which comes where it belongs later. */
  private isAside = false;

  object({ objects, columns }: Frame, place: number): void {
    this.text += '{';
    const object = objects[place] as Readonly<Record<string, unknown>>;
    for (let index = 0; index < columns.length; index += 1) {
      const column = columns[index]!;
      const { prefix, content } = column.shape;
      const value = column.values ? column.values[place] : object[column.member];
      if (content.kind === 'leaf') this.text += prefix + content.write(value);
      else this.objects(column, value);
    }
    this.text += '}';
  }

  end(): Buffer {
    this.text += '}\n';
    this.flush();
    return Buffer.concat(this.parts);
  }

  private objects(column: Column, value: unknown): void {
    const { prefix, isList, isNullable, isItemNullable } = column.shape;
    this.text += prefix;
    if (value === null || value === undefined) this.text += nothing(isNullable);
    else if (!isList) this.next(column, column.frame!);
    else {
      this.text += '[';
      const items = value as readonly unknown[];
      for (let index = 0; index < items.length; index += 1) {
        if (index > 0) this.text += ',';
        if (items[index] === null || items[index] === undefined) this.text += nothing(isItemNullable);
        else this.next(column, column.frame!);
        if (this.text.length > partCharacters && !this.isAside) this.flush();
      }
      this.text += ']';
    }
  }

  /** The objects of a column are written in their order, which is that of the answer. */
  private next({ places }: Column, frame: Frame): void {
    const turn = frame.written;
    frame.written += 1;
    if (!places) return this.object(frame, turn);
    this.text += frame.texts[places[turn]!] ??= this.aside(frame, places[turn]!);
  }

  private aside(frame: Frame, place: number): string {
    const { text, isAside } = this;
    this.text = '';
    this.isAside = true;
    this.object(frame, place);
    const written = this.text;
    this.text = text;
    this.isAside = isAside;
    return written;
  }

  private flush(): void {
    this.parts.push(Buffer.from(this.text));
    this.text = '';
  }
}
