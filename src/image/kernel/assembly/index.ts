/** What the kernel offers; see each file for its purpose and limits. */
export { decodeScan, huffman } from "./jpeg";
export { render, transpose } from "./pixels";
export { renderPlanes } from "./planes";
