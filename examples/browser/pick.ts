/** Folders of pictures that the user has picked or dropped, or has had drawn: each subfolder is a class. */
import { Photos } from "./photos.ts";
import { drawShapes, side } from "./shapes.ts";

/** A file, and its path in the folder. */
export interface LabelledFile {
  readonly path: string;
  readonly file: File;
}

/** What was picked: the pictures, and the names of their classes by number. */
export interface Picked {
  readonly photos: Photos;
  readonly classes: readonly string[];
}

/** The pictures among the files, by class; files of other kinds, and hidden ones, are passed over. */
export function photosOf(files: readonly LabelledFile[]): Picked {
  const pictures = files
    .filter(({ path }) => /^[^.].*\.(jpe?g|jfif|png|webp|gif)$/i.test(path.split("/").at(-1)!))
    .map(({ path, file }) => ({ path, file, name: path.split("/").at(-2) ?? "pictures" }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (pictures.length === 0) throw new Error("There are no JPEG, PNG, WebP or GIF pictures in it.");
  const classes = [...new Set(pictures.map(({ name }) => name))].sort();
  const photos = new Photos(
    pictures.map(({ file }) => file),
    pictures.map(({ name }) => classes.indexOf(name)),
  );
  return { photos, classes };
}

/** PNG files of the set of shapes. */
export async function filesOfShapes(): Promise<readonly LabelledFile[]> {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [side, side];
  const context = canvas.getContext("2d");
  const files = [...drawShapes(7)].map(async ({ path, pixels }): Promise<LabelledFile> => {
    context?.putImageData(new ImageData(pixels, side), 0, 0);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (png === null) throw new Error("This browser makes no PNG files of a canvas.");
    return { path, file: new File([png], path, { lastModified: 0 }) };
  });
  return Promise.all(files);
}

/** Files of `<input type="file" webkitdirectory>`. */
export function filesOfInput(list: FileList): readonly LabelledFile[] {
  return [...list].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Files that were dropped, and those in folders that were. */
export async function filesOfDrop(items: DataTransferItemList): Promise<readonly LabelledFile[]> {
  // Entries must be asked for before anything is awaited: the list is emptied after the event.
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return (await Promise.all(entries.map(filesOfEntry))).flat();
}

async function filesOfEntry(entry: FileSystemEntry): Promise<readonly LabelledFile[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ path: entry.fullPath.slice(1), file }];
  }
  return isFolder(entry) ? (await Promise.all((await entriesIn(entry)).map(filesOfEntry))).flat() : [];
}

async function entriesIn(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  // A browser gives some at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}
