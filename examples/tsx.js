/**
 * Runs TypeScript as a user of the package would: `node --import ./examples/tsx.js FILE`.
 *
 * Plain `--import tsx` reads the tsconfig.json of this repository, which points `epochal` to its sources; here it means
 * the built package, in the main thread and in workers.
 */
import { fileURLToPath } from "node:url";

process.env.TSX_TSCONFIG_PATH ??= fileURLToPath(new URL("./tsconfig.json", import.meta.url));
await import("tsx");
