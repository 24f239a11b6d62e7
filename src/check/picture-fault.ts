/** Where values of pictures lie that no model expects: what a check says of many batches, and the inspector's page of one. */
import type { ValueMoments } from "./values.ts";

/** What was most likely done to pictures. */
export type PictureFault =
  /** Every value is the same. */
  | "constant"
  | "dividedTwice"
  | "notDivided"
  /** Mean and deviation were taken off twice. */
  | "normalisedTwice";

/** What was most likely done to pictures of numbers with fractions; undefined where they may be as they should. */
export function pictureFault({ min, max, mean, std }: ValueMoments): PictureFault | undefined {
  if (max === min) return "constant";
  // 1 / 255, and a little for resampling that overshoots.
  if (min >= -0.0005 && max <= 0.0045) return "dividedTwice";
  // 0 to 255, and a little for resampling that overshoots.
  if (min >= -8 && max > 200 && max < 264) return "notDivided";
  // Once normalised the deviation is near 1; taken off and divided a second time it is that of a division by 0.2 to 0.4,
  // and the mean, which was 0, the share of it that was taken off. Further away lie logarithms, as of sound.
  const isWide = max - min > 6 && max - min < 40;
  if (min < 0 && Math.abs(mean) < std && std > 2.3 && std < 12 && isWide) return "normalisedTwice";
  return undefined;
}
