/**
 * Writes JPEG files of every kind that is Huffman-coded with 8 bits a sample, those included that no package writes: any
 * sampling factors, any order of scans, markers in odd places. As plain as can be: tests hold decoders against it.
 */

/** A file to be written. */
export interface JpegPlan {
  readonly height: number;
  readonly width: number;
  readonly components: readonly PlannedComponent[];
  /** The scans, in order. */
  readonly scans: readonly PlannedScan[];
  readonly progressive: boolean;
  /** Units between restart markers; 0 for none. */
  readonly restart: number;
  /** What all coefficients but the first are divided by; the first by half of it. More than 255 takes wide tables. */
  readonly quantiser: number;
  /** Whether codes are as unlike in length as they may be, not alike. */
  readonly skewed: boolean;
  /** Bytes of fill before each marker but the first. */
  readonly fill: number;
  /** Whether the height is told behind the first scan. */
  readonly late: boolean;
  /** Segments behind the first marker. */
  readonly segments: readonly Uint8Array[];
}

/** A component: its sampling factors, and its value (0 to 255) at a place of the image, each axis from 0 to 1. */
export interface PlannedComponent {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly at: (y: number, x: number) => number;
}

/** A scan: places of components; coefficients; lower bits that are left out; whether the others came before. */
export interface PlannedScan {
  readonly parts: readonly number[];
  readonly first: number;
  readonly last: number;
  readonly low: number;
  readonly refines: boolean;
}

/** The one scan, or the scan of each component, of a sequential file. */
export function sequentialScans(count: number, interleaved: boolean): PlannedScan[] {
  const all = Array.from({ length: count }, (_, i) => i);
  const rest = { first: 0, last: 63, low: 0, refines: false };
  return interleaved ? [{ parts: all, ...rest }] : all.map((part) => ({ parts: [part], ...rest }));
}

/** Scans as libjpeg writes them: of most coefficients two bits come later. */
export function progressiveScans(count: number): PlannedScan[] {
  const parts = Array.from({ length: count }, (_, i) => i);
  const band = (first: number, last: number, low: number, refines: boolean) =>
    parts.map((part) => ({ parts: [part], first, last, low, refines }));
  return [
    { parts, first: 0, last: 0, low: 1, refines: false },
    ...band(1, 5, 2, false),
    ...band(6, 63, 2, false),
    ...band(1, 63, 1, true),
    { parts, first: 0, last: 0, low: 0, refines: true },
    ...band(1, 63, 0, true),
  ];
}

/** The file's bytes. */
export function writeJpeg(plan: JpegPlan): Uint8Array {
  const { height, width, components, scans, restart, quantiser, fill, late, segments } = plan;
  const out: number[] = [0xff, 0xd8];
  const mark = (marker: number, ...content: readonly number[]) => {
    for (let i = 0; i < fill; i++) out.push(0xff);
    out.push(0xff, marker);
    if (content.length > 0) out.push(...word(content.length + 2), ...content);
  };
  for (const segment of segments) out.push(...segment);
  const wide = quantiser > 255;
  const factors = Array.from({ length: 64 }, (_, k) => (k === 0 ? Math.ceil(quantiser / 2) : quantiser));
  mark(0xdb, wide ? 0x10 : 0, ...factors.flatMap((factor) => (wide ? word(factor) : [factor])));
  mark(
    plan.progressive ? 0xc2 : 0xc1,
    8,
    ...word(late ? 0 : height),
    ...word(width),
    components.length,
    ...components.flatMap(({ id, h, v }) => [id, h * 16 + v, 0]),
  );
  if (restart > 0) mark(0xdd, ...word(restart));
  const planes = planesOf(plan, factors);
  for (const [i, scan] of scans.entries()) {
    const tokens = tokensOf(plan, planes, scan);
    const tables = [0, 1].map((kind) => tableOf(tokens, kind, plan.skewed));
    for (const [kind, { counts, symbols }] of tables.entries())
      if (symbols.length > 0) mark(0xc4, kind * 16 + 1, ...counts, ...symbols);
    const { parts, first, last, low, refines } = scan;
    const approximation = (refines ? low + 1 : 0) * 16 + low;
    mark(
      0xda,
      parts.length,
      ...parts.flatMap((part) => [components[part]!.id, 0x11]),
      first,
      last,
      approximation,
    );
    writeTokens(out, tokens, tables, mark);
    if (i === 0 && late) mark(0xdc, ...word(height));
  }
  mark(0xd9);
  return Uint8Array.from(out);
}

/** An Exif segment with an orientation, SHORT or LONG, in either byte order; without one if it is 0. */
export function exifSegment(orientation: number, { little = false, long = false } = {}): Uint8Array {
  const number = (value: number, length: number) => {
    const bytes = Array.from({ length }, (_, i) => (value >> (8 * (length - 1 - i))) & 255);
    return little ? bytes.reverse() : bytes;
  };
  const value = long ? number(orientation, 4) : [...number(orientation, 2), 0, 0];
  // Another tag stands first: the width.
  const width = [...number(0x100, 2), ...number(3, 2), ...number(1, 4), ...number(7, 2), 0, 0];
  const entry = [...number(0x112, 2), ...number(long ? 4 : 3, 2), ...number(1, 4), ...value];
  const entries = orientation === 0 ? [width] : [width, entry];
  const tiff = [
    ...(little ? [0x49, 0x49] : [0x4d, 0x4d]),
    ...number(42, 2),
    ...number(8, 4),
    ...number(entries.length, 2),
    ...entries.flat(),
    ...number(0, 4),
  ];
  return segmentOf(0xe1, [...text("Exif\0\0"), ...tiff]);
}

/** An Adobe segment: 0 for RGB and CMYK, 1 for YCbCr, 2 for YCCK. */
export function adobeSegment(transform: number): Uint8Array {
  return segmentOf(0xee, [...text("Adobe"), 0, 100, 0, 0, 0, 0, transform]);
}

/** A JFIF segment. */
export function jfifSegment(): Uint8Array {
  return segmentOf(0xe0, [...text("JFIF\0"), 1, 1, 0, 0, 1, 0, 1, 0, 0]);
}

function segmentOf(marker: number, content: readonly number[]): Uint8Array {
  return Uint8Array.of(0xff, marker, ...word(content.length + 2), ...content);
}

function text(value: string): number[] {
  return [...value].map((char) => char.charCodeAt(0));
}

function word(value: number): number[] {
  return [value >> 8, value & 255];
}

/** A component's blocks: quantised coefficients in zigzag order. */
interface Blocks {
  readonly h: number;
  readonly v: number;
  /** Blocks of a row, with those that fill the last unit. */
  readonly step: number;
  readonly blocks: readonly (readonly number[])[];
  /** Blocks that have samples, of a row and of a column. */
  readonly across: number;
  readonly down: number;
}

const zigzag: readonly (readonly [row: number, column: number])[] = Array.from(
  { length: 15 },
  (_, diagonal) =>
    Array.from({ length: 8 }, (_, i) => [diagonal - i, i] as const)
      .filter(([row]) => row >= 0 && row < 8)
      .sort(([a], [b]) => (diagonal % 2 === 0 ? b - a : a - b)),
).flat();

const cosines = Array.from({ length: 8 }, (_, u) =>
  Array.from(
    { length: 8 },
    (_, x) => (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16),
  ),
);

function planesOf({ height, width, components }: JpegPlan, factors: readonly number[]): Blocks[] {
  const alone = components.length === 1;
  const hMost = alone ? 1 : Math.max(...components.map(({ h }) => h));
  const vMost = alone ? 1 : Math.max(...components.map(({ v }) => v));
  return components.map((component) => {
    const [h, v] = alone ? [1, 1] : [component.h, component.v];
    const step = Math.ceil(width / (8 * hMost)) * h;
    const rows = Math.ceil(height / (8 * vMost)) * v;
    const blocks = Array.from({ length: step * rows }, (_, i) => {
      const [by, bx] = [Math.floor(i / step), i % step];
      const sample = (y: number, x: number) =>
        component.at(
          Math.min(1, ((8 * by + y + 0.5) * vMost) / v / height),
          Math.min(1, ((8 * bx + x + 0.5) * hMost) / h / width),
        ) - 128;
      const samples = Array.from({ length: 8 }, (_, y) => Array.from({ length: 8 }, (_, x) => sample(y, x)));
      return transformed(samples, factors);
    });
    const across = Math.ceil(Math.ceil((width * h) / hMost) / 8);
    return { h, v, step, blocks, across, down: Math.ceil(Math.ceil((height * v) / vMost) / 8) };
  });
}

function transformed(samples: readonly (readonly number[])[], factors: readonly number[]): number[] {
  const rows = samples.map((row) => cosines.map((wave) => row.reduce((sum, s, x) => sum + s * wave[x]!, 0)));
  return zigzag.map(([v, u], k) =>
    Math.round(rows.reduce((sum, row, y) => sum + row[u]! * cosines[v]![y]!, 0) / factors[k]!),
  );
}

/** What is coded: a symbol of the DC (0) or AC (1) table, then plain bits; or a restart marker. */
type Token = { readonly kind: number; readonly symbol: number } | { readonly bits: string } | "restart";

/** A number as JPEG has it: its size, and that many bits, of negative ones less one. */
function numberBits(value: number): string {
  if (value === 0) return "";
  const size = Math.abs(value).toString(2).length;
  return (value > 0 ? value : value + 2 ** size - 1).toString(2).padStart(size, "0");
}

/** One long function, as what is coded of a block depends on those before. */
function tokensOf(plan: JpegPlan, planes: readonly Blocks[], scan: PlannedScan): Token[] {
  const { parts, first, last, low, refines } = scan;
  const tokens: Token[] = [];
  const emit = (kind: number, symbol: number, bits: string) => {
    tokens.push({ kind, symbol });
    if (bits !== "") tokens.push({ bits });
  };
  let previous = planes.map(() => 0);
  /** Blocks that have ended, and bits of coefficients in them that came before. */
  let ended = 0;
  let pending = "";
  const end = () => {
    if (ended > 0) {
      const size = ended.toString(2).length - 1;
      emit(1, size * 16, size === 0 ? "" : (ended - 2 ** size).toString(2).padStart(size, "0"));
    }
    if (pending !== "") tokens.push({ bits: pending });
    [ended, pending] = [0, ""];
  };
  const without = (value: number) => Math.sign(value) * Math.floor(Math.abs(value) / 2 ** low);

  const code = (block: readonly number[], part: number) => {
    if (first === 0) {
      // The first coefficients are cut downwards, the others towards zero.
      const level = plan.progressive ? block[0]! >> low : block[0]!;
      if (refines) tokens.push({ bits: String(level & 1) });
      else {
        const bits = numberBits(level - previous[part]!);
        emit(0, bits.length, bits);
        previous[part] = level;
      }
      if (last === 0) return;
    }
    const from = Math.max(1, first);
    const newest = refines
      ? block.findLastIndex((value, k) => k <= last && Math.abs(without(value)) === 1)
      : last;
    let run = 0;
    let more = "";
    for (let k = from; k <= last; k++) {
      const value = without(block[k]!);
      if (value === 0) {
        run++;
        continue;
      }
      while (run > 15 && k <= newest) {
        end();
        emit(1, 0xf0, more);
        run -= 16;
        more = "";
      }
      if (refines && Math.abs(value) > 1) {
        more += Math.abs(value) & 1;
        continue;
      }
      end();
      const bits = refines ? (value > 0 ? "1" : "0") : numberBits(value);
      emit(1, run * 16 + bits.length, bits + more);
      run = 0;
      more = "";
    }
    if (run === 0 && more === "") return;
    ended++;
    pending += more;
    if (!plan.progressive || ended === 0x7fff) end();
  };

  const [plane] = parts.map((part) => planes[part]!);
  const alone = parts.length === 1;
  const across = alone ? plane!.across : plane!.step / plane!.h;
  const units = across * (alone ? plane!.down : plane!.blocks.length / plane!.step / plane!.v);
  for (let unit = 0; unit < units; unit++) {
    if (plan.restart > 0 && unit > 0 && unit % plan.restart === 0) {
      end();
      tokens.push("restart");
      previous = planes.map(() => 0);
    }
    const [my, mx] = [Math.floor(unit / across), unit % across];
    for (const part of parts) {
      const { step, blocks, ...plane } = planes[part]!;
      const [h, v] = alone ? [1, 1] : [plane.h, plane.v];
      for (let y = 0; y < v; y++)
        for (let x = 0; x < h; x++) code(blocks[(my * v + y) * step + mx * h + x]!, part);
    }
  }
  end();
  return tokens;
}

/** A Huffman table: as a file has it, and the code of each symbol. */
interface Table {
  readonly counts: readonly number[];
  readonly symbols: readonly number[];
  readonly codes: ReadonlyMap<number, string>;
}

/** A table for the symbols in use. Skewed, ten have codes of 1 to 10 bits, the rest of 16. */
function tableOf(tokens: readonly Token[], kind: number, skewed: boolean): Table {
  const uses = new Map<number, number>();
  for (const token of tokens)
    if (token !== "restart" && "symbol" in token && token.kind === kind)
      uses.set(token.symbol, (uses.get(token.symbol) ?? 0) + 1);
  const symbols = [...uses.keys()].sort((a, b) => uses.get(b)! - uses.get(a)!);
  const even = (symbols.length + 1).toString(2).length;
  const lengths = symbols.map((_, i) => (skewed && symbols.length < 74 ? (i < 10 ? i + 1 : 16) : even));
  const codes = new Map<number, string>();
  let code = 0;
  for (const [i, symbol] of symbols.entries()) {
    if (i > 0) code = (code + 1) << (lengths[i]! - lengths[i - 1]!);
    codes.set(symbol, code.toString(2).padStart(lengths[i]!, "0"));
  }
  const counts = Array.from({ length: 16 }, (_, i) => lengths.filter((length) => length === i + 1).length);
  return { counts, symbols, codes };
}

function writeTokens(
  out: number[],
  tokens: readonly Token[],
  tables: readonly Table[],
  mark: (marker: number) => void,
): void {
  let bits = "";
  let restarts = 0;
  const flush = () => {
    // The last byte is filled with ones.
    bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
    for (let i = 0; i < bits.length; i += 8) {
      const byte = Number.parseInt(bits.slice(i, i + 8), 2);
      out.push(byte);
      if (byte === 0xff) out.push(0);
    }
    bits = "";
  };
  for (const token of tokens) {
    if (token === "restart") {
      flush();
      mark(0xd0 + (restarts++ & 7));
    } else bits += "symbol" in token ? tables[token.kind]!.codes.get(token.symbol)! : token.bits;
  }
  flush();
}
