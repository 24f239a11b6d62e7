/** See scenario.js. */
export declare function run(options: { readonly workers: boolean }): Promise<{
  readonly batches: readonly unknown[];
  readonly workers: string | undefined;
}>;
