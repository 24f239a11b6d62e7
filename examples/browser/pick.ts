/** Where pictures come from: a folder that was dropped, or pictures that are drawn. What is chosen is a list of files already. */
import { drawShapes, side } from "./shapes.ts";

/** The folder that was dropped. */
export function droppedFolder({ items }: DataTransfer): FileSystemDirectoryEntry {
  for (const item of items) {
    const entry = item.webkitGetAsEntry();
    if (entry !== null && isFolder(entry)) return entry;
  }
  throw new Error("That is no folder. Drop one whose subfolders hold the pictures of a class each.");
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** The set of shapes, as PNG files whose names are their paths. */
export async function drawnFolder(): Promise<File[]> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [side, side];
  const context = canvas.getContext("2d");
  const files = [...drawShapes(7)].map(async ({ path, pixels }) => {
    context?.putImageData(new ImageData(pixels, side), 0, 0);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (png === null) throw new Error("This browser makes no PNG files of a canvas.");
    return new File([png], path, { lastModified: 0 });
  });
  return Promise.all(files);
}
