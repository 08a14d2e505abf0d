/** The machine's clocks, behind one small interface so that tests can move them. */

export interface Clock {
  /** Milliseconds since 1970 UTC. */
  utcMs(): number;
  /** Nanoseconds that never go back while the machine runs. */
  monotonicNs(): bigint;
  /** `+01:00 Europe/Brussels`. */
  zone(): string;
}

export const systemClock: Clock = {
  utcMs: () => Date.now(),
  monotonicNs: () => process.hrtime.bigint(),
  zone: () => zoneAt(new Date()),
};

let zoneName: string | null = null;

function zoneAt(now: Date): string {
  zoneName ??= new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const minutes = -now.getTimezoneOffset();
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)} ${zoneName}`;
}
