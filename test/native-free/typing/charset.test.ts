import iconv from "iconv-lite";
import { beforeAll, describe, expect, it } from "vitest";
import { guessCharset } from "../../../native-free/typing/charset.ts";
import { loadLegacyDetector } from "../../../native-free/typing/legacy-charset.ts";

const texts = {
  german:
    "Die Zollanmeldung für die Lieferung wurde gestern übergeben. Größe und Gewicht stimmen nicht überein; bitte prüfen Sie die Ausfuhrpapiere.",
  french:
    "La déclaration en douane a été déposée hier à Liège. Les élèves reçoivent une prime dès le début de l'été; où est la pièce jointe ?",
  polish:
    "Zgłoszenie celne zostało złożone wczoraj. Proszę sprawdzić, czy źródło pochodzenia towaru jest właściwe, i przesłać świadectwo.",
  czech:
    "Celní prohlášení bylo podáno včera. Příliš žluťoučký kůň úpěl ďábelské ódy; prosíme o kontrolu všech údajů v příloze.",
  hungarian:
    "A vámáru-nyilatkozatot tegnap benyújtották. Kérjük, ellenőrizze a szállítmány súlyát, értékét és a küldő nevét is.",
  russian:
    "Таможенная декларация была подана вчера. Пожалуйста, проверьте вес и стоимость груза, а также имя отправителя.",
  bulgarian:
    "Митническата декларация беше подадена вчера. Моля, проверете теглото и стойността на стоката и името на изпращача.",
  greek:
    "Η τελωνειακή διασάφηση υποβλήθηκε χθες. Παρακαλώ ελέγξτε το βάρος και την αξία του φορτίου και το όνομα του αποστολέα.",
  japanese:
    "税関申告書は昨日提出されました。貨物の重量と価格、および送り主の名前を確認してください。よろしくお願いします。",
  chinese: "海关申报单昨天已经提交。请检查货物的重量和价格，以及发件人的姓名。我们在这里等你的回答。",
  taiwanese: "海關申報單昨天已經提交。請檢查貨物的重量和價格，以及發件人的姓名。我們在這裡等你的回答。",
  korean: "세관 신고서는 어제 제출되었습니다. 화물의 무게와 가격, 그리고 보내는 사람의 이름을 확인해 주십시오.",
};

beforeAll(loadLegacyDetector);

describe("UTF-16 without a mark", () => {
  it.each(
    Object.entries(texts).flatMap(([language, text]) =>
      ["", " 2402 20 90, 100", "\nяя 00 q07\n"].map((more) => [language, text + more]),
    ),
  )("%s in both orders: %s", (_, text) => {
    const little = Buffer.from(`${text}\r\n${text}`, "utf16le");
    expect(guessCharset(little, true)?.charset).toBe("utf-16le");
    expect(guessCharset(Buffer.from(little).swap16(), true)?.charset).toBe("utf-16be");
  });
});

describe("legacy encodings", () => {
  it.each([
    ["german", "windows-1252"],
    ["german", "cp850"],
    ["french", "iso-8859-1"],
    ["polish", "windows-1250"],
    ["polish", "iso-8859-2"],
    ["czech", "windows-1250"],
    ["czech", "iso-8859-2"],
    ["hungarian", "windows-1250"],
    ["russian", "windows-1251"],
    ["russian", "koi8-r"],
    ["russian", "iso-8859-5"],
    ["russian", "cp866"],
    ["bulgarian", "windows-1251"],
    ["greek", "windows-1253"],
    ["greek", "iso-8859-7"],
    ["japanese", "shift_jis"],
    ["japanese", "euc-jp"],
    ["japanese", "iso-2022-jp"],
    ["chinese", "gb18030"],
    ["taiwanese", "big5"],
    ["korean", "euc-kr"],
  ] as const)("%s in %s reads back", (language, encoding) => {
    const text = texts[language];
    const bytes = encoding === "iso-2022-jp" ? iso2022(text) : iconv.encode(text, encoding);
    const charset = guessCharset(bytes, true)?.charset;
    expect(charset).toBeDefined();
    expect(decode(bytes, charset!)).toBe(text);
  });
});

function decode(bytes: Uint8Array, charset: string): string {
  if (/^ibm/.test(charset)) return iconv.decode(Buffer.from(bytes), charset.replace("ibm", "cp"));
  return new TextDecoder(charset).decode(bytes);
}

/** JIS X 0208 from EUC-JP: each pair without its high bits, between escapes. */
function iso2022(text: string): Uint8Array {
  const euc = iconv.encode(text, "euc-jp");
  return Buffer.concat([
    Buffer.from("\x1b$B", "latin1"),
    euc.map((byte) => byte & 0x7f),
    Buffer.from("\x1b(B", "latin1"),
  ]);
}

describe("Unicode encodings", () => {
  it.each(["utf-16le", "utf-16be", "utf-32le", "utf-32be"])("%s is told with and without its mark", (encoding) => {
    for (const text of [texts.german, texts.greek, texts.russian]) {
      const plain = iconv.encode(text, encoding, { addBOM: false });
      expect(guessCharset(plain, true)?.charset).toBe(encoding);
      const marked = iconv.encode(text, encoding, { addBOM: true });
      expect(guessCharset(marked, true)).toMatchObject({ charset: encoding, certainty: "certain" });
    }
  });

  it("UTF-8 is certain, also when the sample cuts a character", () => {
    const bytes = Buffer.from(texts.greek);
    expect(guessCharset(bytes, true)).toMatchObject({ charset: "utf-8", certainty: "certain" });
    expect(guessCharset(bytes.subarray(0, 4), false)?.charset).toBe("utf-8");
    expect(guessCharset(bytes.subarray(0, 4), true)?.charset).not.toBe("utf-8");
  });

  it("ASCII is ASCII", () => {
    expect(guessCharset(Buffer.from("plain\ttext\r\n"), true)).toMatchObject({
      charset: "us-ascii",
      certainty: "certain",
    });
  });
});

describe("binary", () => {
  it("is not text", () => {
    const noise = Uint8Array.from({ length: 4096 }, (_, index) => (index * 7919 + ((index * index) >> 3)) & 0xff);
    expect(guessCharset(noise, true)).toBeNull();
    expect(guessCharset(new Uint8Array(64), true)).toBeNull();
  });

  it("is not UTF-16 because it has NULs", () => {
    const records = Uint8Array.from({ length: 4096 }, (_, index) => (index % 4 === 0 ? index >> 4 : 0));
    expect(guessCharset(records, true)).toBeNull();
  });
});
