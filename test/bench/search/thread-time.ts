/** Processor seconds of the calling thread so far. */
import { threadCpuUsage } from "node:process";

export function cpuSeconds(): number {
  const { user, system } = threadCpuUsage();
  return (user + system) / 1e6;
}
