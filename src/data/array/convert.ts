/** Numbers of one dtype as another: what a user asks for by name, and never a number that is not the one in the file. */
import { type DType, isBigDType, type TypedArray } from "../../tensor/dtype.ts";

const isFloat = (dtype: DType): boolean => dtype.startsWith("float");

/** Why numbers of dtype `from` are never given as `to`; undefined where they are, if they fit. */
export function conversionProblem(from: DType, to: DType): string | undefined {
  if (from === to || (from === "float16" && isFloat(to))) return undefined;
  if (to === "float16" || to === "bool")
    return `${from} is not given as ${to}. Save it as that: x.astype(np.${to === "bool" ? "bool_" : to}).`;
  if (isFloat(from) && !isFloat(to))
    return `${from} is not given as ${to}, as fractions would be lost. Save it as that: np.rint(x).astype(np.${to}).`;
  return undefined;
}

/**
 * Writes the numbers of `from` to `to`: whole ones and float16 as they are, float64 rounded to float32.
 *
 * @returns the index of the first that `to` does not hold; -1 where it holds all.
 */
export function convertNumbers(from: TypedArray, fromDType: DType, to: TypedArray, toDType: DType): number {
  if (isBigDType(toDType)) {
    const target = to as BigInt64Array;
    for (let i = 0; i < from.length; i++) {
      const value = BigInt(from[i]!);
      target[i] = value;
      if (target[i] !== value) return i;
    }
    return -1;
  }
  const target = to as Float64Array;
  if (fromDType === "float16") {
    for (let i = 0; i < from.length; i++) target[i] = halfValue(from[i] as number);
    return -1;
  }
  const whole = !isFloat(fromDType);
  const limited = isBigDType(fromDType);
  for (let i = 0; i < from.length; i++) {
    const value = Number(from[i]!);
    target[i] = value;
    if (
      target[i] === value
        ? limited && !Number.isSafeInteger(value)
        : whole || becameInfinite(value, target[i]!)
    )
      return i;
  }
  return -1;
}

/** The number whose float16 has these bits; every one of them is a float32 too. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

function becameInfinite(value: number, is: number): boolean {
  return Number.isFinite(value) && !Number.isFinite(is);
}
