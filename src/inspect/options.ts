/** What a page is told beside what it sees. */
import { checkInteger, checkKnown, checkNumber, show } from "../core/check.ts";
import { OptionError } from "../core/errors.ts";
import type { DataLoader } from "../loader/data-loader.ts";
import { sequenceIn } from "../loader/loader.ts";
import { nameOf } from "../sequence/sequence.ts";
import { inspectVersion, type PageHello } from "./protocol.ts";

/** What a page or a report is told of the data, so that it can name and undo. */
export interface LookOptions {
  /** Names of the classes, by number. */
  readonly classes?: readonly string[];
  /** What was taken off the values, as `normalize` was given it, so that pictures can be shown as they were. */
  readonly mean?: number | readonly number[];
  /** What the values were divided by. */
  readonly std?: number | readonly number[];
}

/** How {@link inspect} works. */
export interface InspectOptions extends LookOptions {
  /** The port on 127.0.0.1 on which the page is served. Default 0: any that is free. */
  readonly port?: number;
}

const lookNames = ["classes", "mean", "std"] as const;

/**
 * Checks what a page or a report is told.
 *
 * @throws OptionError if an option is none, or not what it should be.
 */
export function checkLookOptions(what: string, options: LookOptions): void {
  checkKnown(what, options, lookNames, { port: "Only a page has a port." });
  const { classes, mean, std } = options;
  if (classes !== undefined && !(Array.isArray(classes) && classes.every((one) => typeof one === "string")))
    throw new OptionError(
      `\`classes\` must be the names of the classes, as ["cat", "dog"], got ${show(classes)}.`,
    );
  checkChannels("mean", mean);
  checkChannels("std", std);
}

/**
 * Checks the options of a page.
 *
 * @throws OptionError if one is none, or not what it should be.
 */
export function checkInspectOptions(what: string, { port, ...options }: InspectOptions): void {
  checkLookOptions(what, options);
  if (port !== undefined) checkInteger("port", port, 0, 65_535);
}

/** What a page is told first. */
export function helloOf(
  loader: DataLoader<unknown>,
  { classes, mean, std }: LookOptions,
  live: boolean,
): PageHello {
  return {
    type: "hello",
    version: inspectVersion,
    name: nameOf(sequenceIn(loader)),
    seed: loader.seed,
    length: loader.length,
    classes,
    mean: channelsOf(mean),
    std: channelsOf(std),
    live,
  };
}

function checkChannels(name: string, given: number | readonly number[] | undefined): void {
  for (const value of channelsOf(given) ?? []) checkNumber(name, value);
}

function channelsOf(given: number | readonly number[] | undefined): readonly number[] | undefined {
  return typeof given === "number" ? [given] : given;
}
