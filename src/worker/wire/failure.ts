/** Why a worker could not be started, or has ended, in the words that the user gets. */
import { WorkerError } from "../../core/errors.ts";
import { errorName } from "./error-name.ts";

/** Why a worker ended: of an exception that nobody caught, which stays the `cause`. */
export function diedOf(error: unknown): Error {
  const what = error instanceof Error ? `${errorName(error)}: ${error.message}` : String(error);
  return new Error(`died of an uncaught exception: ${what}`, { cause: error });
}

/** The system could not give what the worker of that name needs. */
export function cannotStart(name: string, cause: unknown): WorkerError {
  return new WorkerError(`The worker ${name} ${notStarted(cause)}`, { cause });
}

/** That a worker did not start, why, and what to do, to be said after its name. */
export function notStarted(cause: unknown): string {
  const advice = shortage(cause) ?? "Try fewer workers, or workers: 0.";
  return `could not be started: ${(cause instanceof Error ? cause.message : String(cause)).replace(/\.?$/, ".")} ${advice}`;
}

/** What to do about an error of the system that has run out of something; undefined for any other error. */
export function shortage(error: unknown): string | undefined {
  switch ((error as { code?: unknown } | null)?.code) {
    case "EMFILE":
    case "ENFILE":
      return "Too many files are open: close some, raise the limit (ulimit -n), or use fewer workers.";
    case "ENOSPC":
    case "EDQUOT":
      return "There is no room left: free some, or use fewer workers.";
    case "EAGAIN":
    case "ENOMEM":
      return "The system has no memory or no processes left: use fewer workers.";
    default:
      return undefined;
  }
}
