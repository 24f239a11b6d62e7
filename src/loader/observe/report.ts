/** What a loader says of the epochs behind it: the ledger's findings and the faults that were overcome. */

/** The account of one epoch, or of the part of it so far. */
export interface EpochReport {
  /** Its number, from 0. */
  readonly epoch: number;
  /** Batches this loader had to deliver, from where it started. */
  readonly expected: number;
  /** Batches delivered, each exactly once. */
  readonly delivered: number;
  /** Indices left out under `onError: "skip"`. */
  readonly skipped: readonly number[];
  /** The index that could not be fetched, which ended the epoch; undefined for none. */
  readonly failed: number | undefined;
  /** Whether the epoch ran to its end. */
  readonly complete: boolean;
}

/** The account of a loader. */
export interface LoaderReport {
  /** Epochs run, the present one included. */
  readonly epochs: number;
  /** Batches delivered in all of them. */
  readonly delivered: number;
  /** Indices left out in all of them. */
  readonly skipped: number;
  /** Tries that were repeated after a fault. */
  readonly retries: number;
  /** Workers that died or were replaced. */
  readonly workersLost: number;
  /** The last or present epoch; undefined before the first. */
  readonly last: EpochReport | undefined;
  /**
   * Whether no index was left out or could not be fetched, in any epoch: each that was run to its end has delivered
   * every index exactly once, each that was left early those up to there.
   */
  readonly exactlyOnce: boolean;
  /** All of this in one sentence. */
  readonly summary: string;
}

/** Faults that were overcome, over all epochs. */
export interface Faults {
  /** Tries that were repeated. */
  retries: number;
  /** Workers that died or were replaced. */
  workersLost: number;
}

/** The account of a loader: what is past, and its last or present epoch. */
export function report(
  last: EpochReport | undefined,
  past: PastEpochs,
  { retries, workersLost }: Readonly<Faults>,
): LoaderReport {
  const delivered = past.delivered + (last?.delivered ?? 0);
  const skipped = past.skipped + (last?.skipped.length ?? 0);
  const count = past.epochs + (last ? 1 : 0);
  const early = past.early + (last && !last.complete ? 1 : 0);
  const failed = [...past.failed, ...failedOf(last)];
  const exactlyOnce = skipped === 0 && failed.length === 0;
  const faults = [
    workersLost > 0 ? `${plural(workersLost, "worker")} lost and replaced` : "",
    retries > 0 ? `${plural(retries, "batch", "batches")} tried again` : "",
  ].filter(Boolean);
  const losses = [
    skipped > 0 ? `${skipped} left out as they could not be fetched` : "",
    ...failed.map(
      ({ epoch, index }) => `epoch ${epoch} ended at batch index ${index}, which could not be fetched`,
    ),
  ].filter(Boolean);
  const each =
    losses.length > 0
      ? `${losses.join(", ")}, every other delivered exactly once`
      : early > 0
        ? "each was delivered exactly once"
        : "every batch index was delivered exactly once";
  const summary = `${plural(count, "epoch")}, ${plural(delivered, "batch", "batches")}: ${each}${
    early > 0 ? ` (${plural(early, "epoch")} not run to ${early === 1 ? "its" : "their"} end)` : ""
  }${faults.length > 0 ? `; ${faults.join(", ")}` : ""}.`;
  return { epochs: count, delivered, skipped, retries, workersLost, last, exactlyOnce, summary };
}

/** Sums over epochs whose accounts are no longer kept. */
export interface PastEpochs {
  readonly epochs: number;
  /** Of these, not run to their end. */
  readonly early: number;
  readonly delivered: number;
  readonly skipped: number;
  /** The last few that ended an epoch. */
  readonly failed: readonly Failed[];
}

/** The sums of a loader that has not run. */
export const noEpochs: PastEpochs = { epochs: 0, early: 0, delivered: 0, skipped: 0, failed: [] };

/** The sums with one epoch more. */
export function addTo(past: PastEpochs, last: EpochReport): PastEpochs {
  return {
    epochs: past.epochs + 1,
    early: past.early + (last.complete ? 0 : 1),
    delivered: past.delivered + last.delivered,
    skipped: past.skipped + last.skipped.length,
    failed: [...past.failed, ...failedOf(last)].slice(-10),
  };
}

/** A batch that could not be had. */
export interface Failed {
  readonly epoch: number;
  readonly index: number;
}

/** The batch that ended `epoch`, if one did. */
function failedOf(report: EpochReport | undefined): readonly Failed[] {
  return report?.failed === undefined ? [] : [{ epoch: report.epoch, index: report.failed }];
}

function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
