/** What there are pictures of. */
import type { LoaderStats, Sequence } from "epochal";
import { kinds } from "./draw.ts";
import { Drawings, type Fault } from "./drawings.ts";
import { Late } from "./late.ts";
import { Slow } from "./slow.ts";

/** Pictures to load; two of them are slow to be had. */
export interface Pictures {
  /** The paths of small ones, in the order of their classes. */
  readonly files: readonly string[];
  /** The URL of one on a server that answers late. */
  readonly remote: string;
  /** The path of one as large as a camera's. */
  readonly large: string;
}

/** A loader that is looked at, and what is cut out of its page. */
export interface Scene {
  /** Name of the picture's file. */
  readonly name: string;
  readonly sequence: (pictures: Pictures) => Sequence<unknown>;
  readonly classes?: readonly string[];
  /** Milliseconds that the consumer spends on a batch. */
  readonly consume: number;
  /** Seconds from the first batch to the picture. */
  readonly after: number;
  /** What the limit is to be; the picture is taken of another run where it is not. */
  readonly limit?: LoaderStats["limit"];
  /** The batch that is shown; undefined for the one that was delivered last. */
  readonly index?: number;
  /** What is on the picture: all from the first to the last of these. */
  readonly parts: readonly string[];
  /** Width of the page. */
  readonly width: number;
}

const drawings = (name: string, fault?: Fault): Scene => ({
  name,
  sequence: ({ files }) => new Drawings(files, fault),
  classes: kinds,
  consume: 100,
  after: 6,
  index: 0,
  parts: ["#batch"],
  width: 700,
});

const time = (
  name: string,
  limit: LoaderStats["limit"],
  more: Pick<Scene, "sequence" | "consume"> & Partial<Scene>,
): Scene => ({ name: `time-${name}`, limit, after: 11, parts: ["#timeline"], width: 900, ...more });

export const scenes: readonly Scene[] = [
  {
    ...drawings("inspector"),
    consume: 25,
    after: 15,
    parts: ["#sentence", "#batch", ".beside"],
    width: 1000,
  },
  drawings("red-and-blue-swapped", "red and blue swapped"),
  drawings("one-class", "one class a batch"),
  drawings("divided-twice", "divided by 255 twice"),
  time("network", "waiting", { sequence: ({ remote }) => new Slow("network", remote), consume: 40 }),
  time("disk", "disk", { sequence: ({ remote }) => new Slow("disk", remote), consume: 40 }),
  time("decode", "cpu", { sequence: ({ large }) => new Slow("decode", large), consume: 20 }),
  time("slow-items", "slow", {
    sequence: () => new Slow("pause", "", { every: 24, more: 1500 }),
    consume: 50,
  }),
  time("slow-consumer", "consumer", { sequence: () => new Slow("pause", ""), consume: 250 }),
  time("start", "start", { sequence: () => new Late("pause", ""), consume: 50, after: 2 }),
];
