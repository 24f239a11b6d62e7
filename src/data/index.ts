/**
 * Data sets where people keep them: readers whose samples are a `Sequence`, for `batches`, `map`, `zip` and the rest.
 *
 * @module epochal/data
 */

export type { FileHandleLike } from "../bytes/handle.ts";
export { type HttpHeaders, type HttpOptions, HttpSource, http } from "../bytes/http-source.ts";
export type { BytesSource } from "../bytes/open.ts";
export type { RetryOptions } from "../bytes/retry.ts";
export { type ArchiveOptions, ArchiveReader } from "./archive/archive.ts";
export type {
  ArchiveField,
  ArchiveFields,
  ArchiveFieldType,
  ArchiveSample,
  ArchiveValue,
} from "./archive/fields.ts";
export { idx } from "./array/idx.ts";
export { npy } from "./array/npy.ts";
export { type NpzFields, type NpzOptions, NpzReader, type NpzSample, npz } from "./array/npz.ts";
export {
  type RecordFields,
  type RecordLayout,
  type RecordOptions,
  RecordReader,
  type RecordSample,
  records,
} from "./array/records.ts";
export { type ArrayOptions, ArrayReader, type StoredArray } from "./array/rows.ts";
export type { DataFile } from "./data-file.ts";
export { type DiskCacheOptions, diskCache } from "./disk-cache/disk-cache.ts";
export type { Cached } from "./disk-cache/row.ts";
export type { ByteFields, FieldType, FieldValue, NumberType } from "./fields.ts";
export type { Where } from "./files.ts";
export {
  type FolderField,
  type FolderFields,
  type FolderOptions,
  FolderReader,
  type FolderSample,
  type FolderValues,
  folder,
} from "./folder/folder.ts";
export type { DirectoryEntryLike, DirectoryHandleLike, PickedFolder } from "./folder/picked.ts";
export { classWeights, oneHot } from "./labels.ts";
export { DataReader } from "./reader.ts";
export { type Split, type SplitOptions, type SplitPart, split } from "./split.ts";
export { TarReader, tar } from "./tar/tar.ts";
export type { ColumnOptions, Columns, RowOf } from "./text/columns.ts";
export { type CsvOptions, csv, type TableRows, tsv } from "./text/csv.ts";
export { type JsonlOptions, jsonl } from "./text/jsonl.ts";
export { type LinesOptions, lines } from "./text/lines.ts";
export type { Malformed, TextOptions, TextRows } from "./text/reader.ts";
export {
  type ExampleField,
  type ExampleFields,
  type ExampleSample,
  type TFRecordOptions,
  TFRecordReader,
  tfrecord,
} from "./tfrecord/tfrecord.ts";
export { Vocabulary, type VocabularyOptions, vocabulary } from "./vocabulary.ts";
export { decodeWav, type Sound, type WavFilesOptions, type WavOptions, WavReader, wav } from "./wav.ts";
export { type WindowSample, type WindowsOptions, type WindowTarget, windows } from "./windows.ts";
export { ZipReader, zipArchive } from "./zip/zip-archive.ts";
