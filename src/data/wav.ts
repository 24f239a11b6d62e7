/**
 * Sounds in WAV files: PCM of 8, 16, 24 or 32 bits and floats of 32 or 64, a file a sample.
 *
 * Limits: RF64 (files of more than 4 GB) and compressed sound (ADPCM, µ-law) are refused by name.
 */
import { checkInteger, checkKnown, checkSignal, show } from "../core/check.ts";
import { DataError, OptionError } from "../core/errors.ts";
import { settleEach, whenThere } from "../core/settle.ts";
import type { Context } from "../sequence/context.ts";
import type { Awaitable } from "../sequence/sequence.ts";
import { empty, type Tensor } from "../tensor/tensor.ts";
import { type DataFile, dataError, openDataFile, readFrom } from "./data-file.ts";
import { filesOf, type Where } from "./files.ts";
import { DataReader } from "./reader.ts";

/** A sound: what {@link decodeWav} makes of a file, and a sample of {@link wav}. */
export interface Sound {
  /** Shape [n, channels], from -1 to 1; files of floats may go beyond. */
  readonly samples: Tensor<"float32">;
  /** Samples a second. */
  readonly sampleRate: number;
}

/** Options of {@link decodeWav}. */
export interface WavOptions {
  /** Channels of the sound: 1 is the mean of the file's; any other number must be the file's. Default: the file's. */
  readonly channels?: number;
}

/** Options of {@link wav}. */
export interface WavFilesOptions extends WavOptions {
  /** Ends the wait for what is far away while the files are opened. */
  readonly signal?: AbortSignal;
}

/** What a WAV file says of itself. */
interface WavHeader {
  readonly channels: number;
  readonly sampleRate: number;
  readonly bits: number;
  readonly float: boolean;
  /** The byte that the sound begins at. */
  readonly start: number;
  /** Bytes of the sound. */
  readonly size: number;
}

/** Sounds, a file each; made by {@link wav}. */
export class WavReader extends DataReader<Sound> {
  static override readonly module: string = import.meta.url;
  static override readonly id: string = "epochal:data/wav#WavReader";
  /** Channels of each sound, if it was said how many. */
  readonly channels: number | undefined;

  constructor(files: readonly DataFile[], channels: number | undefined) {
    super(
      files,
      files.map(() => 1),
    );
    this.channels = channels;
  }

  protected read(file: number, _row: number, { signal }: Context): Awaitable<Sound> {
    const { channels } = this;
    const from = this.files[file]!;
    const decode = (bytes: Uint8Array) => soundOf(bytes, headerOf(bytes, bytes.length), channels);
    return readFrom(from, {}, (bytes) => {
      return whenThere(bytes.slice(0, from.byteLength, signal), decode);
    });
  }
}

/**
 * The sounds in WAV files, one sample a file, of whatever length: crop or pad them to one before they become a batch.
 *
 * @throws DataError if a file is no WAV file, was cut off, or has sound that is not read, or other channels than asked.
 * @example
 * const sounds = await wav("sounds/*.wav", { channels: 1 });
 * const second = map(sounds, ({ samples }) => tensor(samples.data.slice(0, 16000))); // float32 [16000]
 */
export async function wav(where: Where, options: WavFilesOptions = {}): Promise<WavReader> {
  checkKnown("wav()", options, ["channels", "signal"]);
  const { channels, signal } = options;
  if (channels !== undefined) checkInteger("channels", channels, 1);
  if (signal !== undefined) checkSignal("signal", signal);
  const sources = filesOf("wav", where);
  const files = await settleEach(sources.length, async (i) => {
    const file = await openDataFile(sources[i]!, signal);
    await checkHeader(file, channels, signal);
    return file;
  });
  return new WavReader(files, channels);
}

/**
 * The sound in the bytes of a WAV file.
 *
 * @throws DataError if it is none, was cut off, or has sound that is not read, or other channels than asked.
 * @example
 * const { samples, sampleRate } = decodeWav(bytes, { channels: 1 }); // float32 [n, 1], 44100
 */
export function decodeWav(bytes: Uint8Array, options: WavOptions = {}): Sound {
  checkKnown("decodeWav()", options, ["channels"]);
  if (options.channels !== undefined) checkInteger("channels", options.channels, 1);
  if (!(bytes instanceof Uint8Array))
    throw new OptionError(`decodeWav() takes the bytes of a file as a Uint8Array, got ${show(bytes)}.`);
  try {
    return soundOf(bytes, headerOf(bytes, bytes.length), options.channels);
  } catch (error) {
    throw dataError((error as Error).message, {});
  }
}

/** What is read of a file first, where its chunks before the sound are most often. */
const firstRead = 4096;

/** Throws DataError unless the file's sound can be read. */
async function checkHeader(
  file: DataFile,
  channels: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let length = firstRead; ; length *= 16) {
    const head = await readFrom(file, {}, (bytes) => bytes.slice(0, length, signal));
    try {
      return checkChannels(headerOf(head, file.byteLength), channels);
    } catch (error) {
      // A chunk in front of the sound may be a picture.
      if (error instanceof RangeError && head.length < file.byteLength) continue;
      if (error instanceof DataError) throw error;
      throw dataError((error as Error).message, { path: file.path });
    }
  }
}

const cutOff = "It was cut off, or is still being recorded.";

/** Codes of `fmt ` that are no sound as it is, by name. */
const otherCodes: Readonly<Record<number, string>> = {
  2: "ADPCM",
  6: "A-law",
  7: "µ-law",
  17: "IMA ADPCM",
  85: "MP3",
};

/**
 * What the file of `byteLength` bytes says that begins with `bytes`.
 *
 * @throws RangeError where more of its bytes would tell; Error if it is no WAV file, or of a kind that is not read.
 */
function headerOf(bytes: Uint8Array, byteLength: number): WavHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const tag = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (tag(0) === "RF64" || tag(0) === "BW64")
    throw new Error(`It is ${tag(0)}, WAV of more than 4 GB, which is not read. Split it.`);
  if (bytes.length < 12 || tag(0) !== "RIFF" || tag(8) !== "WAVE")
    throw new Error("It is no WAV file: it does not begin with RIFF and WAVE.");
  let format: Omit<WavHeader, "start" | "size"> | undefined;
  let at = 12;
  while (at + 8 <= bytes.length) {
    const [name, size] = [tag(at), view.getUint32(at + 4, true)];
    const start = at + 8;
    if (name === "data") {
      if (format === undefined) throw new Error("It is damaged: its sound comes before what it is (fmt).");
      if (start + size > byteLength)
        throw new Error(`Its sound is ${size} bytes, but only ${byteLength - start} are there. ${cutOff}`);
      // What ends with its sound by its own account, and goes on: the sizes are written when a recording ends.
      if (size === 0 && 8 + view.getUint32(4, true) <= start && start < byteLength)
        throw new Error(`Its sound has 0 bytes, but ${byteLength - start} more follow. ${cutOff}`);
      return { ...format, start, size };
    }
    if (name === "fmt ") {
      if (start + size > bytes.length) break;
      format = formatOf(new DataView(bytes.buffer, bytes.byteOffset + start, size));
    }
    // Chunks begin at even places.
    at = start + size + (size % 2);
  }
  throw new RangeError(`It has no sound (data). ${cutOff}`);
}

function formatOf(fmt: DataView): Omit<WavHeader, "start" | "size"> {
  if (fmt.byteLength < 16) throw new Error("It is damaged: what it is (fmt) is too short.");
  const outer = fmt.getUint16(0, true);
  const code = outer === 0xfffe && fmt.byteLength >= 26 ? fmt.getUint16(24, true) : outer;
  const [channels, sampleRate] = [fmt.getUint16(2, true), fmt.getUint32(4, true)];
  const [frame, bits] = [fmt.getUint16(12, true), fmt.getUint16(14, true)];
  const float = code === 3;
  if ((code !== 1 && !float) || !(float ? [32, 64] : [8, 16, 24, 32]).includes(bits))
    throw new Error(
      `Its sound is ${code === 1 ? "PCM" : float ? "floats" : (otherCodes[code] ?? `of code ${code}`)} of ${bits} bits, which is not read. Convert it to PCM of 16: ffmpeg -i in.wav -c:a pcm_s16le out.wav.`,
    );
  if (channels === 0 || frame !== (channels * bits) / 8)
    throw new Error(`It is damaged: ${channels} channels of ${bits} bits are not ${frame} bytes.`);
  if (sampleRate === 0) throw new Error("It is damaged: 0 samples a second.");
  return { channels, sampleRate, bits, float };
}

function checkChannels({ channels, bits, size }: WavHeader, wanted: number | undefined): void {
  if (size % ((channels * bits) / 8) !== 0)
    throw new Error(
      `Its sound is ${size} bytes, no whole number of ${channels} channels of ${bits} bits. ${cutOff}`,
    );
  if (wanted === undefined || wanted === 1 || wanted === channels) return;
  throw new Error(
    `It has ${channels} channels, and \`channels\` is ${wanted}. Give 1 for their mean, or leave it out.`,
  );
}

function soundOf(bytes: Uint8Array, header: WavHeader, wanted: number | undefined): Sound {
  checkChannels(header, wanted);
  const { channels, sampleRate, bits, start, size } = header;
  const count = (size * 8) / bits;
  const from = new DataView(bytes.buffer, bytes.byteOffset + start, size);
  const mixed = wanted === 1 && channels > 1;
  const samples = empty([count / channels, mixed ? 1 : channels], "float32");
  const all = mixed ? new Float64Array(count) : samples.data;
  fill(all, from, header);
  if (mixed) {
    for (let i = 0; i < samples.data.length; i++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += all[i * channels + channel]!;
      samples.data[i] = sum / channels;
    }
  }
  return { samples, sampleRate };
}

/** Writes the numbers of a file, whole ones as parts of the greatest. */
function fill(to: Float32Array | Float64Array, from: DataView, { bits, float }: WavHeader): void {
  if (float && bits === 32) for (let i = 0; i < to.length; i++) to[i] = from.getFloat32(4 * i, true);
  else if (float) for (let i = 0; i < to.length; i++) to[i] = from.getFloat64(8 * i, true);
  else if (bits === 8) for (let i = 0; i < to.length; i++) to[i] = (from.getUint8(i) - 128) / 2 ** 7;
  else if (bits === 16) for (let i = 0; i < to.length; i++) to[i] = from.getInt16(2 * i, true) / 2 ** 15;
  else if (bits === 32) for (let i = 0; i < to.length; i++) to[i] = from.getInt32(4 * i, true) / 2 ** 31;
  else
    for (let i = 0; i < to.length; i++)
      to[i] = (from.getUint16(3 * i, true) + from.getInt8(3 * i + 2) * 2 ** 16) / 2 ** 23;
}
