/** The settings of a loader that are held against each other, and how they are written in a program. */

/** Who loads: so many workers, of which kind. */
export interface BenchSetting {
  readonly workers: number | "auto";
  readonly worker: "thread" | "process";
}

/** What is tried on so many cores: none, a few workers (at most two a core), and as many as it takes. */
export function triedOn(cores: number): readonly BenchSetting["workers"][] {
  return [0, ...[1, 2, 4].filter((workers) => workers <= 2 * cores), "auto"];
}

/** The settings of these numbers of workers: each as threads, then as processes. */
export function settingsOf(counts: readonly BenchSetting["workers"][]): readonly BenchSetting[] {
  const threads = counts.map((workers): BenchSetting => ({ workers, worker: "thread" }));
  const processes = counts
    .filter((workers) => workers !== 0 && workers !== "auto")
    .map((workers): BenchSetting => ({ workers, worker: "process" }));
  return [...threads, ...processes];
}

/** A setting in words: `2 threads`. */
export function settingName({ workers, worker }: BenchSetting): string {
  if (workers === 0) return "no workers";
  if (workers === "auto") return '"auto"';
  return `${workers} ${worker}${workers === 1 ? "" : worker === "thread" ? "s" : "es"}`;
}

/** What makes a loader that works so, to be pasted: of `name`, whose samples are put into batches of `batchSize`. */
export function settingCode({ workers, worker }: BenchSetting, name: string, batchSize?: number): string {
  const options = [
    ...(batchSize === undefined ? [] : [`batchSize: ${batchSize}`]),
    ...(workers === 0 ? [] : [`workers: ${JSON.stringify(workers)}`]),
    ...(worker === "thread" ? [] : [`worker: ${JSON.stringify(worker)}`]),
  ];
  return `new DataLoader(${name}${options.length === 0 ? "" : `, { ${options.join(", ")} }`})`;
}
