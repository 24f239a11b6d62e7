/** How well each class is told. Numbers and text are those of scikit-learn's `classification_report`. */
import { checkKnown } from "../../core/check.ts";
import { type ClassOptions, classPairs, type ScoredClasses } from "./class-numbers.ts";
import { countPairs } from "./confusion-matrix.ts";

/** Scores between 0 and 1; 0 where there is nothing to divide by. */
export interface Scores {
  /** Of the samples that were taken for the class, the share that is of it. */
  readonly precision: number;
  /** Of the samples of the class, the share that was taken for it. */
  readonly recall: number;
  /** The harmonic mean of both. */
  readonly f1: number;
  /** Samples of the class. */
  readonly support: number;
}

/** The scores of one class. */
export interface ClassScores extends Scores {
  /** Name of the class; its number where no names were given. */
  readonly name: string;
}

/** What {@link classificationReport} gives; `String(report)` is a table. */
export class ClassificationReport {
  /** The scores of each class, by its number. */
  readonly classes: readonly ClassScores[];
  /** The share of samples that were taken for what they are. */
  readonly accuracy: number;
  /** The mean over the classes, in which each counts the same. */
  readonly macroAverage: Scores;
  /** The mean over the classes, in which each counts by its samples. */
  readonly weightedAverage: Scores;

  constructor(classes: readonly ClassScores[], accuracy: number) {
    this.classes = classes;
    this.accuracy = accuracy;
    this.macroAverage = average(classes, () => 1);
    this.weightedAverage = average(classes, ({ support }) => support);
  }

  /** The report as a table, line by line that of scikit-learn. */
  toString(): string {
    const { support } = this.macroAverage;
    const rows = this.classes.map(({ name, ...scores }) => [name, ...cells(scores)]);
    const averages = [
      ["accuracy", "", "", round(this.accuracy), String(support)],
      ["macro avg", ...cells(this.macroAverage)],
      ["weighted avg", ...cells(this.weightedAverage)],
    ];
    const width = Math.max(...[...rows, ...averages].map(([name]) => [...name!].length));
    const line = ([name, ...numbers]: readonly string[]) =>
      `${" ".repeat(width - [...name!].length)}${name} ${numbers.map((cell) => ` ${cell.padStart(9)}`).join("")}`;
    return `${line(["", "precision", "recall", "f1-score", "support"])}\n\n${[...rows.map(line), "", ...averages.map(line)].join("\n")}\n`;
  }
}

/**
 * Precision, recall, f1 and number of samples of each class, with their averages and the accuracy, as scikit-learn's
 * `classification_report` over all classes, with 0 where there is nothing to divide by.
 *
 * Labels and predictions are what `confusionMatrix` takes.
 *
 * @throws OptionError, ShapeError as `confusionMatrix`.
 * @example
 * const report = classificationReport(labels, await predict(model, test), { classes: ["cat", "dog"] });
 * console.log(String(report));
 * report.classes[0]?.recall; // of cats
 */
export function classificationReport(
  labels: ScoredClasses,
  predictions: ScoredClasses,
  options: ClassOptions = {},
): ClassificationReport {
  checkKnown("classificationReport()", options, ["classes"]);
  const pairs = classPairs("classificationReport()", labels, predictions, options);
  const { data } = countPairs(pairs);
  const { names } = pairs;
  const sum = (place: (other: number) => number) =>
    names.reduce((total, _, other) => total + data[place(other)]!, 0);
  let right = 0;
  const classes = names.map((name, i): ClassScores => {
    const hits = data[i * names.length + i]!;
    const support = sum((other) => i * names.length + other);
    const taken = sum((other) => other * names.length + i);
    right += hits;
    return {
      name,
      precision: share(hits, taken),
      recall: share(hits, support),
      f1: share(2 * hits, taken + support),
      support,
    };
  });
  return new ClassificationReport(classes, right / pairs.labels.length);
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function average(classes: readonly ClassScores[], weightOf: (scores: ClassScores) => number): Scores {
  const total = classes.reduce((sum, scores) => sum + weightOf(scores), 0);
  const mean = (score: "precision" | "recall" | "f1") =>
    classes.reduce((sum, scores) => sum + scores[score] * weightOf(scores), 0) / total;
  const support = classes.reduce((sum, scores) => sum + scores.support, 0);
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1"), support };
}

function cells({ precision, recall, f1, support }: Scores): readonly string[] {
  return [round(precision), round(recall), round(f1), String(support)];
}

/** Two digits; what is in the middle goes to the even one, as in Python. Odd eighths alone are. */
function round(score: number): string {
  const isMiddle = Number.isInteger(score * 8) && (score * 8) % 2 === 1;
  return isMiddle ? ((2 * Math.round(score * 50)) / 100).toFixed(2) : score.toFixed(2);
}
