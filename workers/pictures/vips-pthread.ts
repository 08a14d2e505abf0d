/**
 * Entry of the threads that libvips starts for itself. They need what `vips-library.ts` gives its own thread: an answer of
 * `process.binding`, which Node refuses under its permission model and of which the loader wants nothing but public constants.
 */
import { offerConstants } from "./offer-constants.ts";

offerConstants();
// It serves as a thread by itself as soon as it is loaded in one.
await import("wasm-vips");
