export const variable: string;
export function meet(epoch: number, index: number): (() => unknown) | undefined;
