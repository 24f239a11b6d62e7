/** JPEG: from coded data to planes, and from these to rows of a batch. */
import { huffman } from "../huffman.ts";
import { renderPlanes } from "../planes.ts";
import { decodeProgressive, fillZigzags, transformBlocks } from "../progressive.ts";
import { decodeScan } from "../scan.ts";
import { skipping } from "../skip.ts";

export { decodeProgressive, decodeScan, fillZigzags, huffman, renderPlanes, skipping, transformBlocks };
