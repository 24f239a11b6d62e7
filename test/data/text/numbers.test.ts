/** A number is never another number: generated tokens against what they mean as whole numbers and fractions of bigints. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csv } from "../../../src/data/text/csv.ts";
import { jsonl } from "../../../src/data/text/jsonl.ts";
import { createContext } from "../../../src/sequence/context.ts";
import type { Sequence } from "../../../src/sequence/sequence.ts";
import { type DType, dtypes, rangeOf } from "../../../src/tensor/dtype.ts";
import type { Tensor } from "../../../src/tensor/tensor.ts";

const digits = (minLength: number, maxLength: number) =>
  fc.oneof(
    fc.stringMatching(new RegExp(`^\\d{${minLength},${maxLength}}$`)),
    // Where rounding happens: nothing but zeros and nines, and a digit at the end.
    fc
      .tuple(fc.constantFrom("0", "9"), fc.integer({ min: minLength, max: maxLength }), fc.nat(9))
      .map(([digit, length, last]) => (length === 0 ? "" : digit.repeat(length - 1) + last)),
  );
const whole = fc.oneof(
  digits(1, 25).map((text) => text.replace(/^0+(?=\d)/, "")),
  // At the borders of dtypes, and of what doubles hold.
  fc
    .tuple(fc.constantFrom(7n, 8n, 15n, 16n, 24n, 31n, 32n, 53n, 54n, 63n, 64n), fc.bigInt(-2n, 2n))
    .map(([bits, more]) => String(2n ** bits + more)),
  digits(300, 320).map((text) => text.replace(/^0+(?=\d)/, "")),
);
const token = fc
  .tuple(
    fc.constantFrom("", "-"),
    whole,
    fc.oneof(
      { weight: 2, arbitrary: fc.constant("") },
      digits(1, 25).map((text) => `.${text}`),
    ),
    fc.oneof(
      { weight: 2, arbitrary: fc.constant("") },
      fc
        .tuple(
          fc.constantFrom("e", "E"),
          fc.constantFrom("", "+", "-"),
          fc.constantFrom("", "0"),
          fc.oneof(fc.nat(30), fc.nat(400)),
        )
        .map((parts) => parts.join("")),
    ),
  )
  .map((parts) => parts.join(""));

/** What a token means: a fraction of bigints. */
function fractionOf(text: string): { readonly over: bigint; readonly under: bigint } {
  const [, sign, before, behind = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE](.+))?$/.exec(text)!;
  const exponent = Number(power) - behind.length;
  const over = BigInt(`${sign}${before}${behind}`);
  return exponent < 0
    ? { over, under: 10n ** BigInt(-exponent) }
    : { over: over * 10n ** BigInt(exponent), under: 1n };
}

/** What `dtype` holds of it: undefined where that is nothing. */
function expected(text: string, dtype: Exclude<DType, "float16">): number | bigint | undefined {
  const range = rangeOf(dtype);
  if (range === undefined) {
    const value = dtype === "float32" ? Math.fround(Number(text)) : Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  const { over, under } = fractionOf(text);
  const value = over / under;
  if (over % under !== 0n || value < range[0] || value > range[1]) return undefined;
  return dtype.endsWith("int64") ? value : Number(value);
}

const bytes = (text: string) => new TextEncoder().encode(text);
async function first<S>(opening: Promise<Sequence<S>>): Promise<S | undefined> {
  try {
    return (await (await opening).getItem(0, createContext({ epoch: 0, index: 0, seed: 0 }))) as S;
  } catch (error) {
    expect(error).toMatchObject({ name: "DataError", row: 0 });
    return undefined;
  }
}
const numberTypes = dtypes.filter((dtype) => dtype !== "float16");

/** Equal but for the sign of a zero, which whole numbers have not. */
function expectNumbers(tensor: Tensor | undefined, value: number | bigint | undefined, count: number): void {
  if (value === undefined) expect(tensor).toBeUndefined();
  const data: Iterable<number | bigint> = tensor?.data ?? [];
  if (value !== undefined)
    expect(Array.from(data, (each) => (each === 0 ? 0 : each))).toEqual(
      Array.from({ length: count }, () => (value === 0 ? 0 : value)),
    );
}

describe("a number", () => {
  it("of JSON lines that a column takes arrives as what it is, in lists as well, or is refused", async () => {
    await fc.assert(
      fc.asyncProperty(token, fc.constantFrom(...numberTypes), async (text, dtype) => {
        const value = expected(text, dtype);
        const one = await first(jsonl(bytes(`{"b": [${text}], "a":${text}}`), { columns: { a: dtype } }));
        expectNumbers(one?.a, value, 1);
        const list = await first(jsonl(bytes(`{"a": [[${text} ], [ ${text}]]}`), { columns: { a: dtype } }));
        expectNumbers(list?.a, value, 2);
        const vector = { dtype, from: ["a", "b"] };
        const two = await first(jsonl(bytes(`{"b":${text},"a":${text}}`), { columns: { v: vector } }));
        expectNumbers(two?.v, value, 2);
      }),
      { numRuns: 700 },
    );
  });

  it("of JSON lines is the characters that are written there, as a string", async () => {
    await fc.assert(
      fc.asyncProperty(token, async (text) => {
        expect(await first(jsonl(bytes(`{"a":${text}}`), { columns: { a: "string" } }))).toEqual({ a: text });
      }),
      { numRuns: 300 },
    );
  });

  it("of JSON lines without columns is a double that is it, or stands for a fraction, or is refused", async () => {
    await fc.assert(
      fc.asyncProperty(token, async (text) => {
        const value = Number(text);
        const isWritten = /[.eE]/.test(text)
          ? Number.isFinite(value)
          : Number.isFinite(value) && BigInt(value) === BigInt(text);
        for (const [line, sample] of [
          [text, value],
          [`{"a": [{"b": ${text}}, "${text}"]}`, { a: [{ b: value }, text] }],
        ])
          expect(await first(jsonl(bytes(line as string)))).toEqual(isWritten ? sample : undefined);
      }),
      { numRuns: 700 },
    );
  });

  it("of a table arrives as what it is, or is refused; whole numbers are written without a point", async () => {
    await fc.assert(
      fc.asyncProperty(
        token,
        fc.constantFrom("", "+", "0", "00000000000000000000", " "),
        fc.constantFrom(...numberTypes.filter((dtype) => dtype !== "bool")),
        async (text, front, dtype) => {
          const cell =
            text.startsWith("-") && front !== " "
              ? `-${front.replace("+", "")}${text.slice(1)}`
              : front + text;
          const isWhole = rangeOf(dtype) === undefined || !/[.eE]/.test(text);
          const read = await first(
            csv(bytes(`a,b\n${cell},"${cell}"\n`), { columns: { v: { dtype, from: ["a", "b"] } } }),
          );
          expectNumbers(read?.v, isWhole ? expected(text, dtype) : undefined, 2);
        },
      ),
      { numRuns: 700 },
    );
  });
});
