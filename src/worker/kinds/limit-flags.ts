/** Memory limits of a worker process: those of a thread, as far as Node has flags for them. */
import { OptionError } from "../../core/errors.ts";
import type { ResourceLimits } from "./limits.ts";

/** Kilobytes of its stack that V8 leaves to native code, as in a thread. */
const stackReserve = 192;

/**
 * The flags for `limits`.
 *
 * @throws OptionError naming a limit that a process cannot be given.
 */
export function limitFlags(limits: ResourceLimits): string[] {
  const { maxOldGenerationSizeMb, maxYoungGenerationSizeMb, codeRangeSizeMb, stackSizeMb } = limits;
  const flags: string[] = [];
  if (maxOldGenerationSizeMb) flags.push(`--max-old-space-size=${maxOldGenerationSizeMb}`);
  if (maxYoungGenerationSizeMb) {
    // The young generation is three semi-spaces, of whole megabytes.
    flags.push(`--max-semi-space-size=${Math.max(1, Math.round(maxYoungGenerationSizeMb / 3))}`);
  }
  if (codeRangeSizeMb) throw threadsOnly("codeRangeSizeMb", "Node has no flag for it.");
  if (stackSizeMb) {
    const [wanted, most] = [Math.floor(stackSizeMb * 1024), systemStack()];
    if (wanted > most) {
      throw threadsOnly(
        "stackSizeMb",
        `${stackSizeMb} MB are more than the ${Math.floor(most / 1024)} MB that the system gives it (ulimit -s).`,
      );
    }
    flags.push(`--stack-size=${Math.max(stackReserve, wanted - stackReserve)}`);
  }
  return flags;
}

function threadsOnly(name: string, reason: string): OptionError {
  return new OptionError(
    `\`resourceLimits.${name}\` cannot be given to a worker process: ${reason} Leave it out, or use threads (worker: "thread").`,
  );
}

/** Kilobytes of stack that the system gives a process; 0 where it does not say. */
function systemStack(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: Record<string, { soft: unknown }> };
  const soft = userLimits?.stack_size_bytes?.soft;
  return soft === "unlimited" ? Number.POSITIVE_INFINITY : Math.floor(Number(soft ?? 0) / 1024);
}
