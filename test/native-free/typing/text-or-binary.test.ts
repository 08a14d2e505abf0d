/** Text is told from binary in any encoding, also where the encoding's own name is not certain. */
import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import { MemorySource } from "../../../native-free/bytes/byte-source.ts";
import { identify } from "../../../native-free/typing/index.ts";
import { coded } from "../../fixtures/carving/sample-bytes.ts";

const texts = {
  western:
    "Die Zollanmeldung für die Lieferung wurde gestern übergeben. Größe und Gewicht stimmen nicht überein; bitte prüfen Sie die Ausfuhrpapiere.\r\n",
  central:
    "Zgłoszenie celne zostało złożone wczoraj. Proszę sprawdzić, czy źródło pochodzenia towaru jest właściwe.\r\n",
  baltic: "Muitinės deklaracija buvo pateikta vakar. Prašome patikrinti krovinio svorį, vertę ir siuntėjo vardą.\r\n",
  turkish: "Gümrük beyannamesi dün verildi. Lütfen yükün ağırlığını, değerini ve gönderenin adını kontrol ediniz.\r\n",
  cyrillic: "Таможенная декларация была подана вчера. Пожалуйста, проверьте вес и стоимость груза, а также имя.\r\n",
  ukrainian:
    "Митну декларацію було подано вчора. Будь ласка, перевірте вагу і вартість вантажу та ім'я відправника.\r\n",
  greek: "Η τελωνειακή διασάφηση υποβλήθηκε χθες. Παρακαλώ ελέγξτε το βάρος και την αξία του φορτίου.\r\n",
  hebrew: "הצהרת המכס הוגשה אתמול. נא לבדוק את משקל המטען ואת ערכו, וכן את שמו של השולח.\r\n",
  arabic: "قدم البيان الجمركي أمس. يرجى التحقق من وزن البضاعة وقيمتها ومن اسم المرسل أيضا.\r\n",
  japanese: "税関申告書は昨日提出されました。貨物の重量と価格、および送り主の名前を確認してください。\r\n",
  chinese: "海关申报单昨天已经提交。请检查货物的重量和价格，以及发件人的姓名。我们在这里等你的回答。\r\n",
  taiwanese: "海關申報單昨天已經提交。請檢查貨物的重量和價格，以及發件人的姓名。我們在這裡等你的回答。\r\n",
  korean: "세관 신고서는 어제 제출되었습니다. 화물의 무게와 가격, 그리고 보내는 사람의 이름을 확인해 주십시오.\r\n",
} as const;

const encodings: Readonly<Record<keyof typeof texts, readonly string[]>> = {
  western: ["windows-1252", "iso-8859-1", "iso-8859-9", "iso-8859-15", "cp437", "cp850", "macintosh"],
  central: ["windows-1250", "iso-8859-2", "cp852"],
  baltic: ["windows-1257", "iso-8859-4", "iso-8859-13"],
  turkish: ["windows-1254", "iso-8859-9"],
  cyrillic: ["windows-1251", "iso-8859-5", "koi8-r", "cp866"],
  ukrainian: ["windows-1251", "koi8-u"],
  greek: ["windows-1253", "iso-8859-7"],
  hebrew: ["windows-1255", "iso-8859-8"],
  arabic: ["windows-1256", "iso-8859-6"],
  japanese: ["shift_jis", "euc-jp"],
  chinese: ["gbk", "gb18030"],
  taiwanese: ["big5"],
  korean: ["euc-kr", "cp949"],
};
const unicode = ["utf-8", "utf-16le", "utf-16be", "utf-32le", "utf-32be"];

const found = (bytes: Uint8Array): ReturnType<typeof identify> => identify(new MemorySource(bytes));

const languages = Object.keys(texts) as (keyof typeof texts)[];

describe.each(languages)("%s", (language) => {
  // Lines of equal commas are a table: the sentence is repeated on one line.
  const text = texts[language].repeat(3).replaceAll("\r\n", " ");

  it.each(encodings[language])("is text in %s, and not among binary values", async (encoding) => {
    const bytes = iconv.encode(text, encoding);
    expect(bytes.includes(0x3f), "the encoding lacks a character").toBe(false);
    expect(await found(bytes)).toMatchObject({ id: "text", category: "text" });
    const record = Buffer.concat(
      Array.from({ length: 8 }, (_, at) => Buffer.concat([bytes.subarray(0, 60), coded(60, at + 1)])),
    );
    expect((await found(record)).charset).toBeNull();
  });

  it.each(unicode)("is text in %s with and without its mark", async (encoding) => {
    for (const addBOM of [false, true]) {
      const result = await found(iconv.encode(text, encoding, { addBOM }));
      expect(result, `mark ${addBOM}`).toMatchObject({ id: "text", charset: encoding });
    }
  });
});

describe("binary", () => {
  it.each([64, 500, 4096, 70_000])("%i bytes without a pattern are no text", async (length) => {
    for (let seed = 1; seed <= 20; seed++) {
      const { category, charset } = await found(coded(length, seed));
      expect([category === "text", charset]).toEqual([false, null]);
    }
  });

  it("numbers of two and of four bytes are no text", async () => {
    const two = Buffer.from(Uint16Array.from({ length: 2000 }, (_, at) => (at * 37) % 5000).buffer);
    const four = Buffer.from(Uint32Array.from({ length: 1000 }, (_, at) => at * 7919).buffer);
    for (const bytes of [two, four, Buffer.from(Float64Array.from({ length: 500 }, (_, at) => at / 7).buffer)])
      expect((await found(bytes)).charset).toBeNull();
  });
});
