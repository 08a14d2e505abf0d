/** Logs, settings and histories of operating systems that are text: told by lines that nothing else writes. */

const starts: readonly (readonly [RegExp, string])[] = [
  [/^#(Software|Version|Date|Fields): [^\n]*\r?\n#(Software|Version|Date|Fields|Start-Date): /, "w3c-log"],
  [
    /^(\r?\n)*Start-Date: \d{4}-\d\d-\d\d {2}\d\d:\d\d:\d\d\n(Commandline|Requested-By|Install|Upgrade|Remove|Purge): /,
    "apt-history",
  ],
  [/^(\r?\n)*Log started: \d{4}-\d\d-\d\d {2}\d\d:\d\d:\d\d\n/, "apt-terminal-log"],
  [
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (startup|status|install|upgrade|remove|purge|configure|trigproc|conffile) /,
    "dpkg-log",
  ],
  [/^Package: \S+\nStatus: (install|deinstall|purge|hold) /, "dpkg-status"],
  [/^\[Device Install Log\]\r?\n/, "setupapi-log"],
  [/^Version=1\r?\nEventType=/, "wer-report"],
  [/^root:[^:\n]*:0:0:[^:\n]*:[^:\n]*:[^:\n]*\n/, "passwd"],
  [/^root:[^:\n]*:\d*:\d*:\d*:\d*:\d*:\d*:\d*\n/, "shadow"],
  [/^root:[^:\n]*:0:[^:\n]*\n(?:[\w.-]+:[^:\n]*:\d+:[^:\n]*(?:\n|$))+/, "unix-groups"],
  [
    /^(?:\|1\|[A-Za-z0-9+/=]+\|[A-Za-z0-9+/=]+|[\w.,:[\]*-]+) (?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\S+) AAAA/,
    "ssh-known-hosts",
  ],
  [/^QAAAA[A-Za-z0-9+/]{600,720}={0,2} \S+@\S+\s*$/, "adb-key"],
  [/^QklFM[A-Za-z0-9+/]{60,}={0,2}\s*$/, "electrum-wallet-encrypted"],
  [/^MANIFEST-\d{6}\n$/, "leveldb-current"],
  [/^: \d{9,10}:\d+;[^\n]+\n/, "shell-history"],
  [/^(?:#\d{9,10}\n[^#\n][^\n]*\n){2}/, "shell-history"],
  [/^- cmd: [^\n]*\n {2}when: \d{9,10}\n/, "shell-history"],
];

interface LineKind {
  readonly line: RegExp;
  readonly id: string;
}

const month = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)";
const cronField = String.raw`(?:\*|\d{1,2}|[A-Za-z]{3})(?:[-,/](?:\*|\d{1,2}|[A-Za-z]{3}))*`;
const lineKinds: readonly LineKind[] = [
  { id: "syslog", line: new RegExp(String.raw`^(?:<\d{1,3}>)?${month} [ \d]\d \d\d:\d\d:\d\d \S+ [^:]{1,64}: `) },
  { id: "syslog", line: /^<\d{1,3}>1 (?:\d{4}-\d\d-\d\dT\S+|-) \S+ \S+ \S+ \S+ / },
  { id: "syslog", line: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+[+-]\d\d:\d\d \S+ [\w./-]+(?:\[\d+\])?: / },
  {
    id: "web-access-log",
    line: /^\S+ \S+ \S+ \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] "[^\n]*" \d{3} (?:\d+|-)/,
  },
  {
    id: "crontab",
    line: new RegExp(
      String.raw`^(?=[^A-Za-z]*[*@])(?:@(?:reboot|hourly|daily|weekly|monthly|yearly)|(?:${cronField}[ \t]+){5})[ \t]*[A-Za-z./\[(]`,
    ),
  },
];

/** The kind, or null. */
export function logKind(text: string): string | null {
  for (const [pattern, id] of starts) if (pattern.test(text)) return id;
  return byLines(text.slice(0, 4096));
}

/** The first twelve lines that say something; two at least, and two of three of them of one kind. */
function byLines(head: string): string | null {
  const lines = head.split(/\r?\n/, 64);
  lines.pop();
  const filled = lines.filter((line) => !/^\s*(?:#|$)|^[A-Z_]+ ?=/.test(line)).slice(0, 12);
  for (const { line, id } of lineKinds) {
    const fitting = filled.filter((each) => line.test(each)).length;
    if (fitting >= (id === "crontab" ? 1 : 2) && fitting * 3 >= filled.length * 2) return id;
  }
  return null;
}
