import { defineConfig } from "vite";

export default defineConfig({
  base: "./", // so that the built page works in any folder of a site
  worker: {
    format: "es", // so that a worker loads only what it needs, and not all in one file
    // What chunks share is a chunk, too: WebKit runs a worker's script twice if they import it.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "shared", minShareCount: 2 }] } } },
  },
  build: { chunkSizeWarningLimit: 1500 }, // TensorFlow.js, which is loaded when training begins
});
