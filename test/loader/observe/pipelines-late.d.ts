import { Pipeline } from "./pipelines-sequences.js";

export const late: number;
export class Late extends Pipeline {}
