/** How much memory a worker may take. */
import { checkKnown, show } from "../../core/check.ts";
import { OptionError } from "../../core/errors.ts";
import { imitator } from "../../core/node.ts";

/** Memory limits of a worker in MiB, as `worker_threads` takes them; a process takes those that Node has flags for. */
export interface ResourceLimits {
  /** The main heap. */
  readonly maxOldGenerationSizeMb?: number;
  /** The heap of recently created objects. */
  readonly maxYoungGenerationSizeMb?: number;
  /** The memory for compiled code; threads only. */
  readonly codeRangeSizeMb?: number;
  /** The stack. */
  readonly stackSizeMb?: number;
}

const names: readonly (keyof ResourceLimits)[] = [
  "maxOldGenerationSizeMb",
  "maxYoungGenerationSizeMb",
  "codeRangeSizeMb",
  "stackSizeMb",
];

/** Throws {@link OptionError} for a limit that there is not, or that is no amount of memory. */
export function checkResourceLimits(limits: ResourceLimits): void {
  checkKnown("`resourceLimits`", limits, names);
  for (const [name, value] of Object.entries(limits)) {
    if (value === undefined) continue;
    if (typeof value !== "number" || value <= 0 || !Number.isFinite(value)) {
      throw new OptionError(
        `\`resourceLimits.${name}\` must be a finite number of MiB above 0, got ${show(value)}.`,
      );
    }
    if (imitator === "Bun") {
      throw new OptionError(
        "`resourceLimits` is without effect in Bun, which has no memory limits of workers: leave it out there.",
      );
    }
  }
}
