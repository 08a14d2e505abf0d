/** The steps by which anybody checks a report with sha256sum, python3 and openssl alone. A test runs them as printed. */
import * as text from "../messages/en-report-page.ts";
import type { ReportedFile, SignedReport } from "./content.ts";

export interface CheckStep {
  readonly say: string;
  /** Shell commands to be run in the folder of the report, null where there are none. */
  readonly run: string | null;
}

/** DER header of an Ed25519 public key (RFC 8410 section 4): the 32 raw bytes follow it. */
const derHeader = "302a300506032b6570032100";

export function checkSteps({ content, delegation, key }: SignedReport): CheckStep[] {
  const page = content.files.find(({ what }) => what === "verify-page");
  const items = content.files.find(({ what }) => what === "items");
  const officer = content.officers.find(({ keyId }) => keyId === (delegation?.key ?? key));
  const json = `${content.name}.json`;
  const steps: CheckStep[] = [];
  if (page) steps.push({ say: text.checkPage(page.name), run: sumCheck(page) });
  if (items) steps.push({ say: text.checkFiles(), run: sumCheck(items) });
  steps.push({ say: text.checkContent(), run: hashScript(json, "", "content", "contentHash", "vestige.report.1") });
  steps.push({
    say: text.checkSignature(),
    run: verifyCommand(delegation?.body.publicKey ?? officer?.publicKey ?? ""),
  });
  if (delegation) {
    const script = hashScript(json, "['delegation']", "body", "hash", "vestige.delegation.1");
    steps.push({ say: text.checkSession(), run: `${script}\n${verifyCommand(officer?.publicKey ?? "")}` });
  }
  if (content.kind === "custody") {
    const run = 'grep -c "$(sha256sum < FILE | cut -c1-64)" ../exhibits/LABEL/files.jsonl';
    steps.push({ say: text.checkManifest(), run });
  }
  steps.push({ say: text.checkPaper(content.checkpoint.body.seq), run: null });
  return steps;
}

function sumCheck({ sha256, name }: ReportedFile): string {
  return `echo "${sha256}  ${name}" | sha256sum -c`;
}

/** Keys of ours are ASCII and numbers are short, so Python's sorted compact JSON is the canonical text (RFC 8785). */
function hashScript(json: string, part: string, body: string, hash: string, domain: string): string {
  return `python3 -c "
import base64, hashlib, json
d = json.load(open('${json}', encoding='utf-8'))${part}
t = json.dumps(d['${body}'], sort_keys=True, separators=(',', ':'), ensure_ascii=False)
h = hashlib.sha256(b'${domain}\\0' + t.encode()).digest()
print('content hash', 'OK' if h.hex() == d['${hash}'] else 'WRONG')
open('/tmp/hash.bin', 'wb').write(h); open('/tmp/sig.bin', 'wb').write(base64.b64decode(d['sig']))"`;
}

function verifyCommand(publicKey: string): string {
  return `(printf '${derHeader.replace(/../g, "\\x$&")}'; echo '${publicKey.replace(/[^A-Za-z0-9+/=]/g, "")}' | base64 -d) > /tmp/key.der
openssl pkeyutl -verify -pubin -keyform DER -inkey /tmp/key.der -rawin -in /tmp/hash.bin -sigfile /tmp/sig.bin`;
}
