/** Entry of the threads that libvips starts for itself. They need the constants that the thread that starts them has. */
import "../module-constants.ts";

// It serves as a thread by itself as soon as it is loaded in one.
await import("wasm-vips");
