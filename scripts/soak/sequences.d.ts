import { type Dataset, Sequence } from "epochal";

/** A batch of these sequences. */
export type Batch = { index: number };

export class Plain extends Sequence<Batch> {
  constructor(length: number, size: number);
  length: number;
  size: number;
  getItem(index: number): Batch;
}
export class Growing extends Plain {}
export class Staged extends Plain {
  stage: number;
}
export class Ordered extends Plain {}
export class Drifting extends Plain {}
export class Careless extends Plain {}
export class Images extends Sequence<Batch> {
  constructor(folder: string, length: number);
  files: string[];
  get length(): number;
  getItem(index: number): Promise<Batch>;
}
export class Rows implements Dataset<Batch> {
  constructor(length: number, size: number);
  length: number;
  getItem(index: number): Batch;
}
export class Tested extends Sequence<Batch> {
  constructor(source: Sequence<unknown>, offset?: number);
  source: Sequence<unknown>;
  get length(): number;
  getItem(index: number): Batch;
}
export class TestedHooks extends Tested {}
export const calls: WeakMap<object, string[]>;
export function prepare(staged: Staged, epoch: number): void;
