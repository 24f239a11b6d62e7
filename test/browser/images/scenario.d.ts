/** See scenario.js. */
export declare function digests(names: readonly string[], base: string): Promise<readonly string[]>;
