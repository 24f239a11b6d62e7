/**
 * What the page is told: one description of a running loader, for the server that makes it, the page that draws it, and
 * the still report, which is the page with the last of each written into it.
 *
 * Plain JSON. Values of batches are sampled, and say of how many: `sampled` of `count`.
 */
import type { LeafRole } from "../check/leaves.ts";
import type { ValueSummary } from "../check/values.ts";
import type { EpochReport, LoaderReport } from "../loader/observe/report.ts";
import type { LoaderStats } from "../loader/observe/stats.ts";

/** Version of what is described here; another one is refused by the page. */
export const inspectVersion = 1;

/** What the page is told once. */
export interface PageHello {
  readonly type: "hello";
  readonly version: typeof inspectVersion;
  /** Name of the sequence's class. */
  readonly name: string;
  readonly seed: number;
  /** Batches of an epoch. */
  readonly length: number;
  /** Names of the classes, where they were given. */
  readonly classes: readonly string[] | undefined;
  /** What was taken off the values and what they were divided by, channel by channel, so that it can be undone. */
  readonly mean: readonly number[] | undefined;
  readonly std: readonly number[] | undefined;
  /** Whether batches can be asked for by index: not in a still report. */
  readonly live: boolean;
}

/** What the page is told from time to time: twice a second at most. */
export interface Update {
  readonly type: "update";
  /** Now, in milliseconds of the loader's clock. */
  readonly time: number;
  /** What `explain()` says, and the name of the limit. */
  readonly sentence: string;
  readonly limit: string;
  readonly stats: LoaderStats;
  readonly report: LoaderReport;
  /** The epoch that runs; undefined between epochs. */
  readonly epoch: EpochReport | undefined;
  /** What has happened since the update before; the oldest first. */
  readonly spans: readonly TimelineSpan[];
  readonly marks: readonly TimelineMark[];
  /** What workers are at now. */
  readonly open: readonly OpenSpan[];
  /** Batches that lay ready, as time and number, since the update before. */
  readonly queue: readonly (readonly [time: number, ready: number])[];
  /** Spans that were left out as there were too many to be drawn. */
  readonly left: number;
  /** Classes of delivered samples so far; undefined where no leaf holds classes. */
  readonly classes: ClassCounts | undefined;
  /** New points of curves: losses and metrics of training. */
  readonly curves: readonly Curve[];
  /** Faults since the update before; the oldest first. */
  readonly faults: readonly ShownFault[];
}

/** A bar of the timeline. */
export interface TimelineSpan {
  /** A worker's name, or `consumer`. */
  readonly lane: string;
  readonly kind: "start" | "fetch" | "read" | "decode" | "wait" | "consume";
  readonly begin: number;
  readonly end: number;
  readonly epoch?: number;
  readonly index?: number;
  /** Of a fetch, the milliseconds at work and waiting. */
  readonly cpu?: number;
  readonly waited?: number;
}

/** A bar that is not over: what a worker holds now, or a wait of the consumer. */
export interface OpenSpan {
  readonly lane: string;
  readonly kind: "start" | "fetch" | "wait";
  readonly begin: number;
  readonly epoch?: number;
  readonly index?: number;
}

/** Something that happened at a moment. */
export interface TimelineMark {
  readonly time: number;
  readonly kind: "epoch" | "epochEnd" | "lost" | "retry" | "skipped";
  readonly text: string;
}

/** A fault, with its cause in words. */
export interface ShownFault {
  readonly time: number;
  readonly kind: "lost" | "retry" | "skipped";
  readonly text: string;
  /** The messages of what caused it, the nearest first. */
  readonly causes: readonly string[];
}

/** Points of a curve, as step and value; null where it is not finite. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [step: number, value: number | null])[];
}

/** Lane of the timeline of whoever consumes the batches. */
export const consumerLane = "consumer";

/** The last class that is counted by itself: larger ones are counted with it. */
export const lastClass = 10_000;

/** How many samples of each class were delivered. */
export interface ClassCounts {
  /** Path of the leaf that holds them. */
  readonly path: string;
  /** Samples of each class so far, by its number. */
  readonly soFar: readonly number[];
  /** Batches that were counted, and those of them whose samples were all of one class. */
  readonly batches: number;
  readonly batchesOfOneClass: number;
}

/** A look at one batch: at most once a second, and only while a page looks. */
export interface BatchLook {
  readonly type: "batch";
  readonly epoch: number;
  readonly index: number;
  readonly samples: number;
  readonly leaves: readonly LeafView[];
  /** Classes of the samples of this batch, by number; undefined where no leaf holds classes. */
  readonly classes: { readonly path: string; readonly counts: readonly number[] } | undefined;
}

/** A leaf of a batch, in short. */
export interface LeafView {
  /** As `[0]`, `[1].label`. */
  readonly path: string;
  readonly role: LeafRole;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: ValueSummary | undefined;
  /** What is shown of the first samples. */
  readonly samples: readonly SampleView[];
}

/** What is shown of one sample of a leaf. */
export type SampleView =
  /** Pixels as they are, of every `step`-th row and column, as bytes of `dtype` in base64. */
  | {
      readonly kind: "pixels";
      readonly height: number;
      readonly width: number;
      readonly channels: number;
      readonly step: number;
      readonly dtype: string;
      readonly data: string;
    }
  | { readonly kind: "text"; readonly text: string }
  /** Numbers: all, or evenly spaced ones of `count`; null where one is not finite. `channels` numbers make one step. */
  | {
      readonly kind: "numbers";
      readonly values: readonly (number | null)[];
      readonly count: number;
      readonly channels: number;
    };

/** What comes down the stream: one a line, as JSON. */
export type Message = PageHello | Update | BatchLook;
