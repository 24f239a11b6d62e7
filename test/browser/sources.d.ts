/** See sources.js. */
import type { Sequence } from "epochal";
import type { FolderOptions, Where } from "epochal/data";

type Rows = readonly unknown[];

export declare const readers: Readonly<
  Record<string, (where: Where) => Sequence<unknown> | Promise<Sequence<unknown>>>
>;
export declare function rowsOf(reader: Sequence<unknown>): Promise<Rows>;
export declare function readFolder(root: string, options?: FolderOptions): Promise<unknown>;
