/** See train.js. */
export declare function train(options: {
  readonly workers: number;
}): Promise<{ readonly loss: readonly number[]; readonly learnt: readonly (readonly number[])[] }>;
