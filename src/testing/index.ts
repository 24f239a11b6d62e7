/**
 * Holds a Sequence of yours against faults. For Node's test runner, vitest, or none: it throws an Error, or returns.
 *
 * ```ts
 * import { assertExactlyOnce, assertSameForAnyWorkers } from "epochal/testing";
 *
 * await assertSameForAnyWorkers(new CIFAR10Sequence(files, labels, 32));
 * await assertExactlyOnce(new CIFAR10Sequence(files, labels, 32), { schedules: 20 });
 * ```
 *
 * @module epochal/testing
 */

export { digest } from "./digest.ts";
export { type AssertOptions, assertExactlyOnce } from "./exactly-once.ts";
export type { WorkerKind } from "./faults.ts";
export { assertSameForAnyWorkers, type SameOptions } from "./same.ts";
