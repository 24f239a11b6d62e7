/** The settings of a loader that are held against each other, and how they are written in a program. */

/** Who loads: so many workers, of which kind. */
export interface BenchSetting {
  readonly workers: number | "auto";
  readonly worker: "thread" | "process";
}

/** Numbers of workers that are tried. */
const tried = [1, 2, 4];

/** What is tried on so many cores: none, a few workers of each kind (at most two a core), and as many as it takes. */
export function settingsFor(cores: number): readonly BenchSetting[] {
  const counts = tried.filter((workers) => workers <= 2 * cores);
  const kinds = ["thread", "process"] as const;
  return [
    { workers: 0, worker: "thread" },
    ...kinds.flatMap((worker) => counts.map((workers) => ({ workers, worker }))),
    { workers: "auto", worker: "thread" },
  ];
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
