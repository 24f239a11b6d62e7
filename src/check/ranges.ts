/**
 * Images whose values lie where no model expects them: not divided by 255, divided twice, normalised twice.
 *
 * Only images of numbers with fractions are judged: of whole numbers 0 to 255 is what they are, and what features and
 * series should be nobody can tell.
 */
import { type BatchCheck, countOf, type Finding, showNumber, showPath } from "./finding.ts";
import { type PictureFault, pictureFault } from "./picture-fault.ts";
import { addMoments, type MomentSums, momentsOver, noMoments, summarize } from "./values.ts";

interface Range extends MomentSums {
  /** The first batch that was looked at. */
  readonly index: number;
}

type Judgement = Pick<Finding, "severity" | "message" | "cause" | "cure">;

/** Looks at the extremes and moments of images over all batches. */
export function rangeCheck(): BatchCheck {
  const ranges = new Map<string, Range>();
  return {
    see({ index, leaves }) {
      for (const leaf of leaves) {
        // What a model shall give, as depth or motion, has a range of its own.
        const isJudged =
          leaf.role === "image" && leaf.dtype.startsWith("float") && !/^\[[12]\]/.test(leaf.path);
        const summary = isJudged ? summarize(leaf) : undefined;
        if (summary === undefined || summary.nan + summary.infinite === summary.sampled) continue;
        const range = ranges.get(leaf.path) ?? { ...noMoments(), index };
        addMoments(range, summary);
        ranges.set(leaf.path, range);
      }
    },
    findings: () =>
      [...ranges].flatMap(([path, range]) => {
        const { batches, index } = range;
        const { min, max, mean, std } = momentsOver(range);
        const fault = pictureFault({ min, max, mean, std });
        if (fault === undefined) return [];
        const judgement = judgements[fault];
        const facts = `${showPath(path)} lies between ${showNumber(min)} and ${showNumber(max)}, mean ${showNumber(mean)}, deviation ${showNumber(std)}, in ${countOf(batches, "batch", "batches")}`;
        return [
          { check: "range" as const, path, index, ...judgement, message: `${facts}: ${judgement.message}` },
        ];
      }),
  };
}

/** What is said of pictures by what was done to them. */
const judgements: Readonly<Record<PictureFault, Judgement>> = {
  constant: {
    severity: "error",
    message: "every pixel is the same",
    cure: "Look at one batch: npx epochal inspect. Most likely a division of whole numbers, or memory that was never written.",
  },
  dividedTwice: {
    severity: "error",
    message: "black to a model that expects 0 to 1",
    cause: "divided by 255 twice",
    cure: 'Divide once: `normalize`, `dtype: "float32"` and scale of images divide by 255 already where they say so.',
  },
  notDivided: {
    severity: "warning",
    message: "far from 0 to 1, and from mean 0 and deviation 1",
    cause: "not divided by 255",
    cure: "Divide by 255, or leave it out with --ignore range where the model does so itself.",
  },
  normalisedTwice: {
    severity: "warning",
    message: "far from mean 0 and deviation 1",
    cause: "mean and deviation taken off twice",
    cure: "Normalise once. Images of epochal are normalised by the step `normalize` alone.",
  },
};
