import { defineConfig } from "vite";

export default defineConfig({
  base: "./", // so that the built page works in any folder of a site
  build: { chunkSizeWarningLimit: 1200 }, // TensorFlow.js, which is loaded when training begins
});
