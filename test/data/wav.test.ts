import { describe, expect, it } from "vitest";
import { decodeWav, wav } from "../../src/data/wav.ts";
import { tensor } from "../../src/tensor/tensor.ts";
import { type Expected, goldens, samplesOf, whole } from "./array/golden.ts";
import { failsWhereCut, keepsContract } from "./contract.ts";

const cases = goldens<Expected & { rate: number }>("wav");
const sound = ({ rate, ...expected }: Expected & { rate: number }) => ({
  samples: whole(expected),
  sampleRate: rate,
});
const named = (name: string) => cases.find((each) => each.name === name)!;
const stereo = named("PCM 16, 2");

describe("wav", () => {
  it.each(cases)("reads $name", async ({ bytes, ...expected }) => {
    expect(await samplesOf(await wav(bytes))).toEqual([sound(expected)]);
    expect(decodeWav(bytes)).toEqual(sound(expected));
  });

  it("gives the mean of channels where one is asked for, and other numbers only as they are", async () => {
    const { samples } = decodeWav(stereo.bytes, { channels: 1 });
    const both = whole(stereo).data as Float32Array;
    const means = Array.from({ length: 5 }, (_, i) => [(both[2 * i]! + both[2 * i + 1]!) / 2]);
    expect(samples).toEqual(tensor(means));
    expect(decodeWav(stereo.bytes, { channels: 2 })).toEqual(sound(stereo));
    await expect(wav(stereo.bytes, { channels: 3 })).rejects.toThrow(
      /It has 2 channels, and `channels` is 3/,
    );
    expect(() => decodeWav(stereo.bytes, { channels: 0 })).toThrow(/`channels`/);
  });

  it("fails wherever a file is cut that ends with its sound", async () => {
    for (const name of ["PCM 8, 2", "PCM 24, 2", "float 32"])
      await failsWhereCut(named(name).bytes, (cut) => wav(cut));
  });

  it("refuses a recording whose sizes were never written, and takes a sound of no length", async () => {
    const { bytes } = stereo;
    const view = new DataView(bytes.slice().buffer);
    const size = view.getUint32(40, true);
    const killed = (riff: number) => {
      view.setUint32(4, riff, true);
      view.setUint32(40, 0, true);
      return new Uint8Array(view.buffer);
    };
    for (const riff of [0, 36])
      await expect(wav(killed(riff))).rejects.toThrow(
        new RegExp(`Its sound has 0 bytes, but ${size} more follow.*still being recorded`),
      );
    const empty = await wav(killed(36).slice(0, 44));
    expect((await empty.at(0)).samples).toEqual({
      data: new Float32Array(),
      shape: [0, 2],
      dtype: "float32",
    });
  });

  it("finds the sound behind a large chunk", async () => {
    const { bytes } = stereo;
    const junk = new Uint8Array(100_008);
    junk.set(new TextEncoder().encode("JUNK"));
    new DataView(junk.buffer).setUint32(4, 100_000, true);
    const large = new Uint8Array(Buffer.concat([bytes.subarray(0, 12), junk, bytes.subarray(12)]));
    expect(await samplesOf(await wav(large))).toEqual([sound(stereo)]);
  });

  it("refuses by name what it does not read", async () => {
    const changed = (at: number, ...values: number[]) => {
      const bytes = stereo.bytes.slice();
      bytes.set(values, at);
      return bytes;
    };
    await expect(wav(changed(20, 7))).rejects.toThrow(/µ-law of 16 bits, which is not read\. Convert it/);
    await expect(wav(changed(34, 12))).rejects.toThrow(/PCM of 12 bits/);
    await expect(wav(changed(22, 3))).rejects.toThrow(/3 channels of 16 bits are not 4 bytes/);
    await expect(wav(changed(24, 0, 0, 0, 0))).rejects.toThrow(/It is damaged: 0 samples a second/);
    await expect(wav(changed(0, ...new TextEncoder().encode("RF64")))).rejects.toThrow(
      /RF64, WAV of more than 4 GB/,
    );
    await expect(wav(new TextEncoder().encode("ID3 an mp3 file"))).rejects.toThrow(/It is no WAV file/);
    await expect(wav(stereo.bytes, { rate: 1 } as never)).rejects.toThrow(/no option `rate`/);
    expect(() => decodeWav("x.wav" as never)).toThrow(/takes the bytes of a file/);
  });
});

keepsContract({
  name: "wav",
  open: (files) => wav(files),
  files: [stereo.bytes, stereo.bytes],
  samples: [sound(stereo), sound(stereo)],
  ending: ".wav",
});
